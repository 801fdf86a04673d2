// A stand-in for the DynamoDB endpoint that does almost nothing, so that what is measured is the client.
//   null-endpoint PORT [--latency MS] [--wcu N] [--partition-wcu N] [--pk NAME] [--sk NAME] [--trace MS]
//                 [--cert FILE --key FILE]
// Listens on 127.0.0.1; PORT 0: one that the system chooses. Prints `listening PORT`, and when standard input ends its
// counts as one line of JSON. With --wcu it keeps a token bucket (1 unit = 1 item, one second's worth, full to begin with):
// what does not fit comes back as UnprocessedItems, or, when nothing fits, as ProvisionedThroughputExceededException.
// With --partition-wcu each value of the partition key has a bucket of its own. --trace counts the items of every MS
// milliseconds since the first write. Linux only (epoll); in-node.mjs does the same elsewhere.
#include <arpa/inet.h>
#include <cstring>
#include <ctime>
#include <deque>
#include <memory>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include "connection.hpp"
#include "http.hpp"
#include "table.hpp"

namespace {

struct Options {
  int port = 0;
  double latencySeconds = 0;
  std::string certificate, key;
  TableOptions table;
};

struct Later {
  double due;
  int descriptor;
  unsigned long number;
  std::string answer;
};

double clockSeconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}
double now() { return clockSeconds(CLOCK_MONOTONIC); }

Options parse(int count, char **words) {
  Options options;
  if (count > 1) options.port = atoi(words[1]);
  for (int i = 2; i + 1 < count; i += 2) {
    const std::string name = words[i], value = words[i + 1];
    if (name == "--latency") options.latencySeconds = atof(value.c_str()) / 1000;
    else if (name == "--wcu") options.table.wcu = atof(value.c_str());
    else if (name == "--partition-wcu") options.table.partitionWcu = atof(value.c_str());
    else if (name == "--pk") options.table.pk = value;
    else if (name == "--sk") options.table.sk = value;
    else if (name == "--trace") options.table.traceMs = atof(value.c_str());
    else if (name == "--cert") options.certificate = value;
    else if (name == "--key") options.key = value;
    else {
      fprintf(stderr, "unknown option %s\n", words[i]);
      exit(1);
    }
  }
  return options;
}

int listenOn(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) || listen(listener, 1024)) {
    fprintf(stderr, "port %d: %s\n", port, strerror(errno));
    exit(1);
  }
  socklen_t size = sizeof address;
  getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
  printf("listening %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

class Endpoint {
 public:
  explicit Endpoint(Options options)
      : options_(std::move(options)), table_(options_.table, now()), tls_(tlsContext(options_.certificate, options_.key)) {}

  void run() {
    const int listener = listenOn(options_.port);
    timer_ = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    for (const int descriptor : {0, listener, timer_}) watch(EPOLL_CTL_ADD, descriptor, EPOLLIN);
    epoll_event events[256];
    for (;;) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; i++) {
        const int descriptor = events[i].data.fd;
        if (descriptor == 0) {
          if (read(0, buffer_.data(), buffer_.size()) <= 0) return;
        } else if (descriptor == listener) {
          accept(listener);
        } else if (descriptor == timer_) {
          uint64_t times;
          (void)!read(timer_, &times, sizeof times);
        } else {
          serve(descriptor, events[i].events);
        }
      }
      sendDue();
    }
  }

  void report() const {
    rusage used;
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval &time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
    printf("{%s,\"connections\":%zu,\"cpuSeconds\":%.3f}\n", table_.report().c_str(), mostConnections_,
           seconds(used.ru_utime) + seconds(used.ru_stime));
  }

 private:
  void watch(int action, int descriptor, uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.fd = descriptor;
    epoll_ctl(epoll_, action, descriptor, &event);
  }

  void accept(int listener) {
    for (int descriptor; (descriptor = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK)) >= 0;) {
      const int one = 1;
      setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      connections_[descriptor] = std::make_unique<Connection>(descriptor, ++numbers_, tls_);
      mostConnections_ = std::max(mostConnections_, connections_.size());
      watch(EPOLL_CTL_ADD, descriptor, EPOLLIN);
    }
  }

  void serve(int descriptor, uint32_t events) {
    const auto found = connections_.find(descriptor);
    if (found == connections_.end()) return;
    Connection &connection = *found->second;
    if (events & EPOLLOUT) flush(descriptor, connection);
    if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
    const bool stands = connection.receive(buffer_.data(), buffer_.size());
    answerAll(descriptor, connection);
    if (!stands) connections_.erase(found);
  }

  void answerAll(int descriptor, Connection &connection) {
    size_t done = 0;
    http::Request request;
    while (http::next(std::string_view(connection.in).substr(done), request)) {
      const Reply reply = table_.answer(request.target, request.body, now(), clockSeconds(CLOCK_REALTIME) * 1000);
      std::string answer = http::answer(reply.status, reply.body);
      if (options_.latencySeconds > 0) later(descriptor, connection.number, std::move(answer));
      else connection.out += answer;
      done += request.length;
    }
    connection.in.erase(0, done);
    if (!connection.out.empty()) flush(descriptor, connection);
  }

  void flush(int descriptor, Connection &connection) {
    connection.flush();
    const bool waits = !connection.out.empty();
    if (waits == connection.waits) return;
    connection.waits = waits;
    watch(EPOLL_CTL_MOD, descriptor, EPOLLIN | (waits ? EPOLLOUT : 0u));
  }

  void later(int descriptor, unsigned long number, std::string answer) {
    // The latency is the same for all, so they are due in the order they come.
    waiting_.push_back({now() + options_.latencySeconds, descriptor, number, std::move(answer)});
    if (waiting_.size() == 1) wake();
  }

  void wake() {
    const double due = waiting_.front().due;
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(due);
    when.it_value.tv_nsec = static_cast<long>((due - static_cast<double>(when.it_value.tv_sec)) * 1e9);
    timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr);
  }

  void sendDue() {
    if (waiting_.empty() || waiting_.front().due > now()) return;
    const double time = now();
    for (; !waiting_.empty() && waiting_.front().due <= time; waiting_.pop_front()) {
      const Later &one = waiting_.front();
      const auto found = connections_.find(one.descriptor);
      if (found == connections_.end() || found->second->number != one.number) continue;
      found->second->out += one.answer;
      flush(one.descriptor, *found->second);
    }
    if (!waiting_.empty()) wake();
  }

  const Options options_;
  Table table_;
  SSL_CTX *tls_;
  const int epoll_ = epoll_create1(0);
  int timer_ = -1;
  unsigned long numbers_ = 0;
  size_t mostConnections_ = 0;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
  std::deque<Later> waiting_;
  std::vector<char> buffer_ = std::vector<char>(1 << 20);
};

}  // namespace

int main(int count, char **words) {
  Endpoint endpoint(parse(count, words));
  endpoint.run();
  endpoint.report();
}
