#include <parley/suggest.hpp>

namespace parley {
namespace {

constexpr std::size_t longest = 128;  // longer words are no misspelling of ours

std::string lower(std::string_view text) {
  std::string out(text.substr(0, longest));
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the dynamic programme: the one being filled and the two before it.
  std::vector<std::size_t> two_back(b.size() + 1), previous(b.size() + 1), current(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = previous[j - 1] + (a[i - 1] != b[j - 1]);
      current[j] = std::min({substituted, previous[j] + 1, current[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        current[j] = std::min(current[j], two_back[j - 2] + 1);
    }
    two_back.swap(previous);
    previous.swap(current);
  }
  return previous[b.size()];
}

std::string nearest(std::string_view wrong, std::span<const std::string> known) {
  if (wrong.size() > longest) return {};
  const std::string written = lower(wrong);
  const std::size_t tolerance = std::max<std::size_t>(2, written.size() / 3);
  std::size_t best = tolerance + 1;
  std::string_view found;
  for (const auto& word : known) {
    const std::size_t distance = edit_distance(written, lower(word));
    // Two edits turn any two-letter word into any other: at least half of the word must be kept.
    if (distance < best && 2 * distance <= word.size()) best = distance, found = word;
  }
  return std::string(found);
}

std::string did_you_mean(std::string_view wrong, std::span<const std::string> known) {
  const auto word = nearest(wrong, known);
  return word.empty() ? std::string() : "; did you mean " + word + "?";
}

}  // namespace parley
