// A stand-in for the DynamoDB endpoint that does almost nothing, so that what is
// measured is the client. Answers DescribeTable and BatchWriteItem/PutItem over
// HTTP/1.1 keep-alive, counts the items it was sent, and prints the counts at its end.
//   null-endpoint PORT [--latency MS] [--wcu N] [--partition-wcu N] [--pk NAME] [--sk NAME]
// PORT 0: one that the system chooses. Prints `listening PORT`, and ends when standard input
// ends. Linux only (epoll); bench/null-endpoint.mjs stands in elsewhere.
// With --wcu it keeps a token bucket (1 unit = 1 item) and hands the rest back as
// UnprocessedItems, or answers ProvisionedThroughputExceededException when none fit,
// as DynamoDB does. With --partition-wcu each partition-key value has its own bucket
// (DynamoDB: 1,000 write units a second for one partition).
#include <arpa/inet.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <queue>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>
using std::string;

static double now() { timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static volatile sig_atomic_t stop_flag = 0;
struct Bucket { double tokens, last; };
struct Conn { int fd; string in, out; bool closed = false; unsigned gen = 0; };
static double latency = 0, wcu = 0, pwcu = 0;
static string pk = "id", sk;
static unsigned long long items = 0, requests = 0, bytes = 0, throttled_req = 0, unprocessed = 0, describe = 0, oversize = 0;
static double first_at = 0, last_at = 0;
static Bucket table_bucket;
static std::unordered_map<string, Bucket> parts;

static bool take(Bucket &b, double rate, double cap, double t) {
  b.tokens = std::min(cap, b.tokens + (t - b.last) * rate); b.last = t;
  if (b.tokens >= 1) { b.tokens -= 1; return true; }
  return false;
}
static string json_response(int code, const string &body) {
  char h[256];
  snprintf(h, sizeof h, "HTTP/1.1 %d %s\r\ncontent-type: application/x-amz-json-1.0\r\nx-amzn-requestid: X\r\ncontent-length: %zu\r\n\r\n", code, code == 200 ? "OK" : "Bad Request", body.size());
  return string(h) + body;
}
// Walk the JSON array of write requests under "RequestItems":{"T":[ ... ]}: returns each element's span.
static void elements(const string &b, string &table, std::vector<std::pair<size_t, size_t>> &out) {
  size_t p = b.find("\"RequestItems\""); if (p == string::npos) return;
  p = b.find('{', p); size_t q = b.find('"', p); size_t e = b.find('"', q + 1);
  table = b.substr(q + 1, e - q - 1);
  p = b.find('[', e); if (p == string::npos) return;
  int depth = 0; bool str = false; size_t start = 0;
  for (size_t i = p + 1; i < b.size(); i++) {
    char c = b[i];
    if (str) { if (c == '\\') i++; else if (c == '"') str = false; continue; }
    if (c == '"') { str = true; continue; }
    if (c == '{' || c == '[') { if (depth++ == 0) start = i; }
    else if (c == '}' || c == ']') { if (depth == 0) return; if (--depth == 0) out.push_back({start, i + 1}); }
  }
}
static string key_of(const string &b, size_t s, size_t e) {
  string needle = "\"" + pk + "\":{"; size_t p = b.find(needle, s);
  if (p == string::npos || p >= e) { needle = "\"" + pk + "\": {"; p = b.find(needle, s); if (p == string::npos || p >= e) return ""; }
  size_t q = b.find(':', p + needle.size()); size_t x = b.find('"', q), y = b.find('"', x + 1);
  return b.substr(x + 1, y - x - 1);
}
static string handle(const string &target, const string &body) {
  double t = now(); requests++; bytes += body.size();
  if (target.find("DescribeTable") != string::npos) {
    describe++;
    string tn = "t"; size_t p = body.find("\"TableName\""); if (p != string::npos) { size_t q = body.find('"', p + 11), e = body.find('"', q + 1); tn = body.substr(q + 1, e - q - 1); }
    string ks = "{\"AttributeName\":\"" + pk + "\",\"KeyType\":\"HASH\"}", ad = "{\"AttributeName\":\"" + pk + "\",\"AttributeType\":\"S\"}";
    if (!sk.empty()) { ks += ",{\"AttributeName\":\"" + sk + "\",\"KeyType\":\"RANGE\"}"; ad += ",{\"AttributeName\":\"" + sk + "\",\"AttributeType\":\"S\"}"; }
    char thr[256]; snprintf(thr, sizeof thr, wcu > 0 ? "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":5,\"WriteCapacityUnits\":%d,\"NumberOfDecreasesToday\":0}," : "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"},\"ProvisionedThroughput\":{\"ReadCapacityUnits\":0,\"WriteCapacityUnits\":%d,\"NumberOfDecreasesToday\":0},", (int)wcu);
    return json_response(200, "{\"Table\":{\"TableName\":\"" + tn + "\",\"TableStatus\":\"ACTIVE\",\"KeySchema\":[" + ks + "],\"AttributeDefinitions\":[" + ad + "]," + thr + "\"ItemCount\":0,\"TableSizeBytes\":0,\"TableArn\":\"arn:aws:dynamodb:us-east-1:000000000000:table/" + tn + "\",\"CreationDateTime\":1700000000}}");
  }
  if (target.find("BatchWriteItem") != string::npos) {
    if (first_at == 0) first_at = t;
    last_at = t;
    string table; std::vector<std::pair<size_t, size_t>> el; elements(body, table, el);
    if (el.size() > 25) { oversize++; return json_response(400, "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"Too many items requested for the BatchWriteItem call\"}"); }
    if (wcu <= 0 && pwcu <= 0) { items += el.size(); return json_response(200, "{\"UnprocessedItems\":{}}"); }
    string left; size_t ok = 0, no = 0;
    for (auto &s : el) {
      bool good = true;
      if (pwcu > 0) { auto k = key_of(body, s.first, s.second); auto &b = parts[k]; if (b.last == 0) { b.last = t; b.tokens = pwcu; } good = take(b, pwcu, pwcu, t); }
      if (good && wcu > 0) good = take(table_bucket, wcu, wcu, t);
      if (good) ok++; else { no++; if (!left.empty()) left += ','; left.append(body, s.first, s.second - s.first); }
    }
    items += ok; unprocessed += no;
    if (ok == 0) { throttled_req++; return json_response(400, "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException\",\"message\":\"The level of configured provisioned throughput for the table was exceeded.\"}"); }
    if (no) return json_response(200, "{\"UnprocessedItems\":{\"" + table + "\":[" + left + "]}}");
    return json_response(200, "{\"UnprocessedItems\":{}}");
  }
  if (target.find("PutItem") != string::npos || target.find("UpdateItem") != string::npos) { if (first_at == 0) first_at = t; last_at = t; items++; return json_response(200, "{}"); }
  if (target.find("ListTables") != string::npos) return json_response(200, "{\"TableNames\":[\"t\"]}");
  return json_response(200, "{}");
}
struct Later { double at; int fd; unsigned gen; string out; bool operator<(const Later &o) const { return at > o.at; } };
int main(int argc, char **argv) {
  int port = atoi(argv[1]);
  for (int i = 2; i + 1 < argc; i += 2) {
    string a = argv[i];
    if (a == "--latency") latency = atof(argv[i + 1]) / 1000; else if (a == "--wcu") wcu = atof(argv[i + 1]);
    else if (a == "--partition-wcu") pwcu = atof(argv[i + 1]); else if (a == "--pk") pk = argv[i + 1]; else if (a == "--sk") sk = argv[i + 1];
  }
  table_bucket = {wcu, now()};
  signal(SIGPIPE, SIG_IGN);
  auto h = [](int) { stop_flag = 1; }; signal(SIGTERM, h); signal(SIGINT, h);
  int ls = socket(AF_INET, SOCK_STREAM, 0), one = 1; setsockopt(ls, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in a{}; a.sin_family = AF_INET; a.sin_port = htons(port); a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(ls, (sockaddr *)&a, sizeof a) || listen(ls, 1024)) { perror("bind"); return 1; }
  socklen_t al = sizeof a; getsockname(ls, (sockaddr *)&a, &al); printf("listening %d\n", ntohs(a.sin_port)); fflush(stdout);
  fcntl(ls, F_SETFL, O_NONBLOCK);
  int ep = epoll_create1(0); epoll_event ev{}; ev.events = EPOLLIN; ev.data.fd = ls; epoll_ctl(ep, EPOLL_CTL_ADD, ls, &ev);
  epoll_event iev{}; iev.events = EPOLLIN; iev.data.fd = 0; epoll_ctl(ep, EPOLL_CTL_ADD, 0, &iev);
  std::unordered_map<int, Conn> conns; std::priority_queue<Later> later; unsigned gen = 0;
  std::vector<char> buf(1 << 20);
  auto flush = [&](Conn &c) {
    while (!c.out.empty()) { ssize_t n = write(c.fd, c.out.data(), c.out.size()); if (n > 0) c.out.erase(0, n); else break; }
    epoll_event e{}; e.events = EPOLLIN | (c.out.empty() ? 0 : EPOLLOUT); e.data.fd = c.fd; epoll_ctl(ep, EPOLL_CTL_MOD, c.fd, &e);
  };
  while (!stop_flag) {
    int wait = 1000; if (!later.empty()) { double d = later.top().at - now(); wait = d <= 0 ? 0 : (int)(d * 1000) + 1; }
    epoll_event evs[256]; int n = epoll_wait(ep, evs, 256, wait);
    for (int i = 0; i < n; i++) {
      int fd = evs[i].data.fd;
      if (fd == 0) { if (read(0, buf.data(), buf.size()) <= 0) stop_flag = 1; continue; }
      if (fd == ls) { for (;;) { int c = accept4(ls, nullptr, nullptr, SOCK_NONBLOCK); if (c < 0) break; setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); Conn k; k.fd = c; k.gen = ++gen; conns[c] = k; epoll_event e{}; e.events = EPOLLIN; e.data.fd = c; epoll_ctl(ep, EPOLL_CTL_ADD, c, &e); } continue; }
      auto it = conns.find(fd); if (it == conns.end()) continue; Conn &c = it->second;
      if (evs[i].events & EPOLLOUT) flush(c);
      if (!(evs[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))) continue;
      ssize_t r = read(fd, buf.data(), buf.size());
      if (r <= 0) { if (r < 0 && errno == EAGAIN) continue; close(fd); conns.erase(it); continue; }
      c.in.append(buf.data(), r);
      for (;;) {
        size_t he = c.in.find("\r\n\r\n"); if (he == string::npos) break;
        string head = c.in.substr(0, he); string low = head; for (auto &ch : low) ch = tolower(ch);
        size_t cl = 0, p = low.find("content-length:"); if (p != string::npos) cl = atoll(low.c_str() + p + 15);
        if (low.find("expect: 100-continue") != string::npos && c.in.size() < he + 4 + cl) { const char *k = "HTTP/1.1 100 Continue\r\n\r\n"; (void)!write(fd, k, strlen(k)); }
        if (c.in.size() < he + 4 + cl) break;
        string target; p = low.find("x-amz-target:"); if (p != string::npos) { size_t e = head.find("\r\n", p); target = head.substr(p + 13, e - p - 13); }
        string out = handle(target, c.in.substr(he + 4, cl)); c.in.erase(0, he + 4 + cl);
        if (latency > 0) later.push({now() + latency, fd, c.gen, out}); else { c.out += out; flush(c); }
      }
    }
    double t = now();
    while (!later.empty() && later.top().at <= t) { Later l = later.top(); later.pop(); auto it = conns.find(l.fd); if (it != conns.end() && it->second.gen == l.gen) { it->second.out += l.out; flush(it->second); } }
  }
  double d = last_at - first_at;
  printf("{\"items\":%llu,\"requests\":%llu,\"bytes\":%llu,\"seconds\":%.3f,\"items_per_s\":%.0f,\"unprocessed\":%llu,\"throttled_requests\":%llu,\"oversize\":%llu,\"describe\":%llu}\n", items, requests, bytes, d, d > 0 ? items / d : 0, unprocessed, throttled_req, oversize, describe);
}
