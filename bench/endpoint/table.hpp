// The table: takes what it is sent, within its capacity, and counts.
#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
#include "scan.hpp"

struct TableOptions {
  /** Write units a second, 0: no limit. One item is one unit. */
  double wcu = 0;
  /** The same for each value of the partition key; DynamoDB has 1,000. */
  double partitionWcu = 0;
  std::string pk = "id";
  std::string sk;
  /** Milliseconds that a step of the trace lasts, 0: none. */
  double traceMs = 0;
};

struct Reply {
  int status;
  std::string body;
};

/** Holds one second's worth of tokens, full to begin with. */
class Bucket {
 public:
  Bucket(double rate, double now) : rate_(rate), tokens_(rate), last_(now) {}
  bool take(double now) {
    tokens_ = std::min(rate_, tokens_ + (now - last_) * rate_);
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double rate_, tokens_, last_;
};

class Table {
 public:
  Table(TableOptions options, double now) : options_(std::move(options)), bucket_(options_.wcu, now) {}

  /** @param now seconds on the monotonic clock, epochMs milliseconds on the wall clock */
  Reply answer(std::string_view target, std::string_view body, double now, double epochMs) {
    const size_t dot = target.rfind('.');
    const std::string_view operation = dot == target.npos ? target : target.substr(dot + 1);
    if (operation == "BatchWriteItem") return write(body, now, epochMs);
    if (operation == "DescribeTable") return {200, description(scan::member(body, "TableName"))};
    if (operation == "ListTables") return {200, "{\"TableNames\":[\"bench\"]}"};
    return {400, "{\"__type\":\"com.amazon.coral.service#UnknownOperationException\",\"message\":\"\"}"};
  }

  /** All counts as one line of JSON without its braces. */
  std::string report() const {
    std::string text = pair("items", items_) + ',' + pair("distinct", distinct_) + ',' + pair("requests", requests_) + ',' +
                       pair("bytes", bytes_) + ',' + pair("unprocessed", unprocessed_) + ',' +
                       pair("partlyProcessed", partly_) + ',' + pair("throttledRequests", throttled_) + ',' +
                       pair("oversize", oversize_);
    char times[160];
    snprintf(times, sizeof times, ",\"seconds\":%.3f,\"firstWriteEpochMs\":%.1f,\"traceMs\":%.0f", last_ - first_, firstEpochMs_,
             options_.traceMs);
    text += times;
    text += ",\"trace\":[";
    for (size_t i = 0; i < trace_.size(); i++) text += (i ? "," : "") + std::to_string(trace_[i]);
    return text + ']';
  }

 private:
  Reply write(std::string_view body, double now, double epochMs) {
    if (requests_++ == 0) {
      first_ = now;
      firstEpochMs_ = epochMs;
    }
    last_ = now;
    bytes_ += body.size();
    const scan::Batch batch = scan::batch(body);
    if (batch.requests.size() > 25) {
      oversize_++;
      return {400, "{\"__type\":\"com.amazon.coral.validate#ValidationException\",\"message\":\"Too many items requested for "
                   "the BatchWriteItem call\"}"};
    }
    std::string left;
    uint64_t taken = 0;
    const char *reason = nullptr;
    for (const std::string_view request : batch.requests) {
      const char *refused = refusal(request, now);
      if (refused == nullptr) {
        taken++;
        note(request);
      } else {
        reason = refused;
        unprocessed_++;
        if (!left.empty()) left += ',';
        left += request;
      }
    }
    items_ += taken;
    trace(taken, now);
    if (taken == 0 && !batch.requests.empty()) {
      throttled_++;
      return {400, "{\"__type\":\"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException\",\"message\":\"The "
                   "level of configured provisioned throughput for the table was exceeded.\",\"ThrottlingReasons\":[{\"reason\":\"" +
                       std::string(reason) + "\",\"resource\":\"" + arn(std::string(batch.table)) + "\"}]}"};
    }
    if (!left.empty()) partly_++;
    const std::string table(batch.table);
    const std::string unprocessed = left.empty() ? "{}" : "{\"" + table + "\":[" + left + "]}";
    if (body.find("\"ReturnConsumedCapacity\"") == body.npos) return {200, "{\"UnprocessedItems\":" + unprocessed + '}'};
    return {200, "{\"ConsumedCapacity\":[{\"CapacityUnits\":" + std::to_string(taken) + ".0,\"TableName\":\"" + table +
                     "\"}],\"UnprocessedItems\":" + unprocessed + '}'};
  }

  /** Why the table does not take it now; nullptr: it does. */
  const char *refusal(std::string_view request, double now) {
    if (options_.partitionWcu > 0) {
      const std::string key(scan::attribute(request, options_.pk));
      const auto found = partitions_.try_emplace(key, options_.partitionWcu, now).first;
      if (!found->second.take(now)) return "TableWriteKeyRangeThroughputExceeded";
    }
    return options_.wcu <= 0 || bucket_.take(now) ? nullptr : "TableWriteProvisionedThroughputExceeded";
  }

  /** Keys of the benchmark's records are numbers in their digits, so one bit each tells which came. */
  void note(std::string_view request) {
    size_t number = scan::digits(0, scan::attribute(request, options_.pk));
    if (!options_.sk.empty()) number = scan::digits(number, scan::attribute(request, options_.sk));
    if (number >= largestKey) return;
    if (number / 64 >= seen_.size()) seen_.resize(std::max<size_t>(number / 64 + 1, seen_.size() * 2));
    const uint64_t bit = 1ULL << (number % 64);
    if (!(seen_[number / 64] & bit)) distinct_++;
    seen_[number / 64] |= bit;
  }

  void trace(uint64_t taken, double now) {
    if (options_.traceMs <= 0) return;
    const size_t step = static_cast<size_t>((now - first_) * 1000 / options_.traceMs);
    if (step >= trace_.size()) trace_.resize(step + 1);
    trace_[step] += taken;
  }

  std::string description(std::string_view name) const {
    const auto both = [&](const char *what, const char *first, const char *second) {
      std::string text = "{\"AttributeName\":\"" + options_.pk + "\",\"" + what + "\":\"" + first + "\"}";
      if (!options_.sk.empty()) text += ",{\"AttributeName\":\"" + options_.sk + "\",\"" + what + "\":\"" + second + "\"}";
      return text;
    };
    const std::string table(name);
    const std::string mode = options_.wcu > 0 ? "" : "\"BillingModeSummary\":{\"BillingMode\":\"PAY_PER_REQUEST\"},";
    const std::string units = std::to_string(static_cast<long>(options_.wcu));
    return "{\"Table\":{\"TableName\":\"" + table + "\",\"TableStatus\":\"ACTIVE\",\"KeySchema\":[" +
           both("KeyType", "HASH", "RANGE") + "],\"AttributeDefinitions\":[" + both("AttributeType", "S", "S") + "]," + mode +
           "\"ProvisionedThroughput\":{\"ReadCapacityUnits\":" + (options_.wcu > 0 ? "5" : "0") +
           ",\"WriteCapacityUnits\":" + units + ",\"NumberOfDecreasesToday\":0},\"ItemCount\":0,\"TableSizeBytes\":0," +
           "\"TableArn\":\"" + arn(table) + "\",\"CreationDateTime\":1700000000}}";
  }

  static std::string arn(const std::string &table) { return "arn:aws:dynamodb:us-east-1:000000000000:table/" + table; }
  static std::string pair(const char *name, uint64_t value) { return '"' + std::string(name) + "\":" + std::to_string(value); }

  /** Keys beyond are not told apart: a gigabit is 120 MB. */
  static constexpr size_t largestKey = 1'000'000'000;
  TableOptions options_;
  Bucket bucket_;
  std::unordered_map<std::string, Bucket> partitions_;
  std::vector<uint64_t> seen_;
  std::vector<uint64_t> trace_;
  uint64_t items_ = 0, distinct_ = 0, requests_ = 0, bytes_ = 0, unprocessed_ = 0, partly_ = 0, throttled_ = 0, oversize_ = 0;
  double first_ = 0, last_ = 0, firstEpochMs_ = 0;
};
