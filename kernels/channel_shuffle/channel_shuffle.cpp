#include "kernels/channel_shuffle/channel_shuffle.h"

#include "kernels/variant.h"

namespace linnet {

#define LINNET_CHANNEL_SHUFFLE(name, features) \
  void name(int, int, int, size_t, const void*, size_t, void*, size_t);
#include "kernels/channel_shuffle/variants.inc"
#undef LINNET_CHANNEL_SHUFFLE

namespace {
constexpr ChannelShuffleVariant kVariants[] = {
#define LINNET_CHANNEL_SHUFFLE(name, features) {#name, features, name},
#include "kernels/channel_shuffle/variants.inc"
#undef LINNET_CHANNEL_SHUFFLE
};
}  // namespace

const ChannelShuffleVariant* channel_shuffle_variants(int* count) {
  *count = sizeof kVariants / sizeof kVariants[0];
  return kVariants;
}

const ChannelShuffleVariant& channel_shuffle_select(uint32_t features) {
  return first_available(kVariants, features);
}

}  // namespace linnet
