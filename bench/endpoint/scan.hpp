// Just enough reading of JSON: where the write requests of a BatchWriteItem stand, and what a key says.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace scan {

struct Batch {
  std::string_view table;
  std::vector<std::string_view> requests;
};

/** The write requests under "RequestItems": { TABLE: [ … ] }, one table only. */
inline Batch batch(std::string_view body) {
  Batch found;
  size_t at = body.find("\"RequestItems\"");
  if (at == body.npos || (at = body.find('{', at)) == body.npos) return found;
  const size_t name = body.find('"', at);
  if (name == body.npos) return found;
  const size_t nameEnd = body.find('"', name + 1);
  if (nameEnd == body.npos) return found;
  found.table = body.substr(name + 1, nameEnd - name - 1);
  at = body.find('[', nameEnd);
  if (at == body.npos) return found;
  int depth = 0;
  bool text = false;
  size_t start = 0;
  for (size_t i = at + 1; i < body.size(); i++) {
    const char c = body[i];
    if (text) {
      if (c == '\\') i++;
      else if (c == '"') text = false;
    } else if (c == '"') {
      text = true;
    } else if (c == '{' || c == '[') {
      if (depth++ == 0) start = i;
    } else if (c == '}' || c == ']') {
      if (depth == 0) break;
      if (--depth == 0) found.requests.push_back(body.substr(start, i + 1 - start));
    }
  }
  return found;
}

/** What stands between the quotes after `"name" : {"S" :`; empty where there is no such attribute. */
inline std::string_view attribute(std::string_view item, const std::string &name) {
  const std::string quoted = '"' + name + '"';
  for (size_t at = item.find(quoted); at != item.npos; at = item.find(quoted, at + 1)) {
    size_t i = at + quoted.size();
    while (i < item.size() && item[i] == ' ') i++;
    if (i >= item.size() || item[i] != ':') continue;
    const size_t colon = item.find(':', i + 1);
    if (colon == item.npos) break;
    const size_t open = item.find('"', colon);
    if (open == item.npos) break;
    const size_t close = item.find('"', open + 1);
    return close == item.npos ? std::string_view() : item.substr(open + 1, close - open - 1);
  }
  return {};
}

/** The text of `"name" : "text"`; empty where there is no such member. */
inline std::string_view member(std::string_view object, const std::string &name) {
  const size_t at = object.find('"' + name + '"');
  if (at == object.npos) return {};
  const size_t open = object.find('"', at + name.size() + 2);
  if (open == object.npos) return {};
  const size_t close = object.find('"', open + 1);
  return close == object.npos ? std::string_view() : object.substr(open + 1, close - open - 1);
}

/** The digits of a text, read as one number behind `number`. */
inline size_t digits(size_t number, std::string_view text) {
  for (const char c : text) {
    if (c >= '0' && c <= '9') number = number * 10 + static_cast<size_t>(c - '0');
  }
  return number;
}

}  // namespace scan
