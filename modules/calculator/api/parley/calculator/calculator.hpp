// The calculator port (lecture: "Simple gRPC service example"; the course's lab 06).
#pragma once

#include <parley/context.hpp>
#include <parley/operation.hpp>
#include <parley/result.hpp>
#include <parley/task.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace parley::calculator {

struct Numbers {
  double a = 0;
  double b = 0;
};

struct Calculation {
  double result = 0;
  std::string operation;
  bool success = true;
  std::optional<std::string> error;
};

struct GetHistory {
  std::int32_t limit = 10;
};

struct HistoryEntry {
  std::string operation;
  double a = 0;
  double b = 0;
  double result = 0;
  std::int64_t timestamp = 0;  // Unix seconds
};

struct History {
  std::vector<HistoryEntry> entries;
};

// Loop thread. Division by zero, and a result that is no finite number, are invalid_argument.
class Calculator {
 public:
  virtual ~Calculator() = default;
  virtual Task<Result<Calculation>> add(CallContext context, Numbers request) = 0;
  virtual Task<Result<Calculation>> subtract(CallContext context, Numbers request) = 0;
  virtual Task<Result<Calculation>> multiply(CallContext context, Numbers request) = 0;
  virtual Task<Result<Calculation>> divide(CallContext context, Numbers request) = 0;
  // The newest `limit` successful calculations, oldest first. The last hundred are kept, in memory.
  virtual Task<Result<History>> get_history(CallContext context, GetHistory request) = 0;
};

std::unique_ptr<Calculator> make_calculator();

}  // namespace parley::calculator

namespace parley {
template <>
const TypeInfo& describe<calculator::Numbers>();
template <>
const TypeInfo& describe<calculator::Calculation>();
template <>
const TypeInfo& describe<calculator::GetHistory>();
template <>
const TypeInfo& describe<calculator::HistoryEntry>();
template <>
const TypeInfo& describe<calculator::History>();
template <>
std::span<const Operation> operations<calculator::Calculator>();
}  // namespace parley
