// A type that holds all that a table can say, and what the targets of its formats share.
#pragma once

#include "unit/codec/sample.hpp"

#include <parley/describe.hpp>
#include <parley/result.hpp>

namespace parley::fuzz {

// What the samples of the unit tests do not have.
struct Leaf {
  std::optional<std::optional<double>> twice;
  std::optional<std::vector<std::optional<std::string>>> list;
  std::map<std::string, std::optional<std::map<std::string, std::int64_t>>> maps;
  ExtraMembers extra;
  bool operator==(const Leaf&) const = default;
};
struct Tree {
  std::string label;
  std::vector<Leaf> leaves;
  std::map<std::string, Leaf> named;
  std::optional<std::optional<Leaf>> best;
  std::vector<std::vector<std::optional<test::Status>>> grid;
  Timestamp at;
  Money price;
  std::vector<std::optional<Money>> prices;
  ExtraMembers extra;
  bool operator==(const Tree&) const = default;
};

// What is refused is refused in words.
void check_refusal(const Error& error);

}  // namespace parley::fuzz

namespace parley {
template <>
const TypeInfo& describe<fuzz::Leaf>();
template <>
const TypeInfo& describe<fuzz::Tree>();
}  // namespace parley
