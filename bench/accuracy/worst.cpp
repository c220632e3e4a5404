#include "bench/accuracy/worst.h"

#include <algorithm>

namespace linnet::bench::accuracy {

double Tally::f1() const {
  const auto twice_right = static_cast<double>(2 * right);
  // What was confused is a wrong detection and a missed object.
  const auto wrong = static_cast<double>(2 * confused + missed + imagined);
  return twice_right + wrong == 0 ? 1 : twice_right / (twice_right + wrong);
}

Tally tally_of(const std::vector<Pairing>& pairs) {
  const auto count = [&pairs](Verdict verdict) {
    return static_cast<size_t>(
        std::count_if(pairs.begin(), pairs.end(),
                      [verdict](const Pairing& pair) { return pair.verdict == verdict; }));
  };
  return {count(Verdict::right), count(Verdict::confused), count(Verdict::missed),
          count(Verdict::imagined)};
}

std::vector<size_t> worst_pictures(const std::vector<std::vector<Pairing>>& pairings, size_t most) {
  std::vector<Tally> tallies;
  std::vector<size_t> order;
  for (size_t i = 0; i < pairings.size(); ++i) {
    tallies.push_back(tally_of(pairings[i]));
    if (tallies[i].mistakes() != 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    const double fa = tallies[a].f1(), fb = tallies[b].f1();
    return fa != fb ? fa < fb : tallies[a].mistakes() > tallies[b].mistakes();
  });
  order.resize(std::min(order.size(), most));
  return order;
}

}  // namespace linnet::bench::accuracy
