// View resolution: which physical feature map, channel and upsampling each logical channel of a
// value really is. Concat, split, shuffle, permutation and nearest upsampling disappear here.
#pragma once

#include <vector>

#include "converter/ir/graph.h"

namespace linnet::converter {

struct ChannelRef {
  ValueId root = kNoValue;  // a value that exists in memory
  int channel = 0;          // its logical channel
  int shift = 0;            // read through nearest upsampling by 2^shift
};

class Views {
 public:
  // With `eliminate` false every value is a root. Otherwise data movement is a view wherever its
  // readers can take one; the rest, and `explicit_values`, stay explicit, each in a buffer of its
  // own.
  Views(const Graph& graph, bool eliminate, const std::vector<ValueId>& explicit_values = {});

  bool is_root(ValueId value) const { return root_[static_cast<size_t>(value)]; }
  // One entry per logical channel of `value`; a root is its own channels.
  const std::vector<ChannelRef>& channels(ValueId value) const {
    return refs_[static_cast<size_t>(value)];
  }
  // Roots whose channels must lie in logical order in a buffer of their own: the input, heads, and
  // what an op reads or writes that takes one segment only.
  bool is_natural(ValueId value) const { return natural_[static_cast<size_t>(value)]; }

 private:
  void resolve(const Graph& graph);
  bool force_explicit(const Graph& graph);
  bool force_upsampling_behind(const Graph& graph, ValueId value);
  bool make_root(ValueId value);

  std::vector<bool> root_, natural_;
  std::vector<std::vector<ChannelRef>> refs_;
};

// True for kinds that only move data.
bool moves_data(NodeKind kind);
// True for explicit ops whose views must be one segment.
bool takes_one_segment(NodeKind kind);

}  // namespace linnet::converter
