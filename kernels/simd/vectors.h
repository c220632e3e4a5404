// Rows of channels as vectors, with the last one in part. S: a struct of this folder.
#pragma once

#include "kernels/base.h"

namespace linnet {
namespace {  // NOLINT(google-build-namespaces)

// Loads and stores of whole vectors, and of the first n floats of one.
template <typename S>
struct WholeVector {
  LINNET_INLINE typename S::V load(const float* p) const { return S::load(p); }
  LINNET_INLINE void store(float* p, typename S::V v) const { S::store(p, v); }
};
template <typename S>
struct PartOfVector {
  int n;
  LINNET_INLINE typename S::V load(const float* p) const { return S::load_part(p, n); }
  LINNET_INLINE void store(float* p, typename S::V v) const { S::store_part(p, v, n); }
};

// Calls visit(io, channel) for each vector of channels; io loads and stores it.
template <typename S, typename Visit>
LINNET_INLINE void for_each_vector(int channels, const Visit& visit) {
  int c = 0;
  for (; c + S::kWidth <= channels; c += S::kWidth) visit(WholeVector<S>(), c);
  if (c < channels) visit(PartOfVector<S>{channels - c}, c);
}

}  // namespace
}  // namespace linnet
