// Runs a command and writes what it used, its children included:  measure FILE COMMAND [ARGUMENT…]
// Ends with the command's status; passes SIGTERM on to it.
#include <cstdio>
#include <csignal>
#include <ctime>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
static double seconds(const timeval &time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; }

static volatile pid_t child = -1;
static void passOn(int signal) {
  if (child > 0) kill(child, signal);
}

int main(int count, char **words) {
  if (count < 3) return 64;
  const double startEpochMs = seconds(CLOCK_REALTIME) * 1000, started = seconds(CLOCK_MONOTONIC);
  child = fork();
  if (child == 0) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // it does not outlive a measurement that is given up
#endif
    execvp(words[2], words + 2);
    perror(words[2]);
    _exit(127);
  }
  struct sigaction action = {};
  action.sa_handler = passOn;
  action.sa_flags = SA_RESTART;
  sigaction(SIGTERM, &action, nullptr);
  int status;
  rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) < 0) return 71;
  const double wall = seconds(CLOCK_MONOTONIC) - started;
  FILE *file = fopen(words[1], "w");
  if (file == nullptr) return 73;
  fprintf(file, "{\"startEpochMs\":%.1f,\"wallSeconds\":%.4f,\"cpuSeconds\":%.4f,\"peakMb\":%.1f}\n", startEpochMs, wall,
          seconds(used.ru_utime) + seconds(used.ru_stime), static_cast<double>(used.ru_maxrss) / 1024);
  fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
