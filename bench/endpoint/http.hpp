// HTTP/1.1 with Content-Length, keep-alive: as much of it as AWS clients use.
#pragma once
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <strings.h>

namespace http {

struct Request {
  std::string_view target;
  std::string_view body;
  size_t length;
};

/** The value of a header, its name in lower case; empty where there is none. */
inline std::string_view header(std::string_view head, std::string_view name) {
  for (size_t line = head.find("\r\n"); line != head.npos; line = head.find("\r\n", line + 2)) {
    const size_t at = line + 2;
    if (head.size() <= at + name.size() || head[at + name.size()] != ':') continue;
    if (strncasecmp(head.data() + at, name.data(), name.size()) != 0) continue;
    size_t from = at + name.size() + 1;
    while (from < head.size() && head[from] == ' ') from++;
    return head.substr(from, head.find("\r\n", from) - from);
  }
  return {};
}

/** The first request in what has come. @returns false while it is not there to its end */
inline bool next(std::string_view in, Request &request) {
  const size_t end = in.find("\r\n\r\n");
  if (end == in.npos) return false;
  const std::string_view head = in.substr(0, end);
  const size_t length = strtoull(std::string(header(head, "content-length")).c_str(), nullptr, 10);
  request.length = end + 4 + length;
  if (in.size() < request.length) return false;
  request.target = header(head, "x-amz-target");
  request.body = in.substr(end + 4, length);
  return true;
}

/** CRC-32 as DynamoDB sends it with every answer; clients check it. */
inline uint32_t crc32(std::string_view text) {
  static const std::array<uint32_t, 256> table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < 256; i++) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320u ^ (value >> 1) : value >> 1;
      made[i] = value;
    }
    return made;
  }();
  uint32_t sum = 0xffffffffu;
  for (const char c : text) sum = table[(sum ^ static_cast<unsigned char>(c)) & 0xff] ^ (sum >> 8);
  return sum ^ 0xffffffffu;
}

inline std::string answer(int status, const std::string &body) {
  char head[256];
  const int length = snprintf(head, sizeof head,
                              "HTTP/1.1 %d %s\r\nserver: null\r\ncontent-type: application/x-amz-json-1.0\r\n"
                              "x-amzn-requestid: NULLENDPOINT\r\nx-amz-crc32: %u\r\ncontent-length: %zu\r\n\r\n",
                              status, status == 200 ? "OK" : "Bad Request", crc32(body), body.size());
  return std::string(head, static_cast<size_t>(length)) + body;
}

}  // namespace http
