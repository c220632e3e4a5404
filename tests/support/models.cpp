#include "tests/support/models.h"

namespace linnet::test {

ModelBuilder tiny_model() {
  ModelBuilder b;
  b.name("tiny");
  const int p3 = b.tensor("p3", 6);
  const int p4 = b.tensor("p4", 6);
  const int p5 = b.tensor("p5", 6);
  // R, G, B, and each plus one half: bytes that are easy to find in a dump.
  const Weights weights = {{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1},
                           {0, 0, 0, 0.5f, 0.5f, 0.5f}};
  b.conv(b.whole(0), b.whole(p3), window(1, 8), weights, {Activation::relu});
  b.max_pool(b.whole(p3), b.whole(p4), window(2, 2));
  b.max_pool(b.whole(p4), b.whole(p5), window(2, 2));
  b.head(p3, 8, {{10, 13}});
  b.head(p4, 16, {{30, 61}});
  b.head(p5, 32, {{116, 90}});
  return b;
}

namespace {

// Stride 1 to 8: the camera's side, and a stage that is updated in place.
int add_stem_and_stage(ModelBuilder* b) {
  const int focus = b->tensor("focus", 12);
  const int stem = b->tensor("stem", 16);
  const int down = b->tensor("down", 16);
  const int stage = b->tensor("stage", 16);
  const int branch = b->tensor("branch", 8);
  const int depthwise = b->tensor("depthwise", 8);
  b->space_to_depth(b->whole(0), b->whole(focus), 2);
  b->conv(b->whole(focus), b->whole(stem), window(3, 2, 1), {Activation::silu});
  b->dwconv(b->whole(stem), b->whole(down), window(3, 2, 1), {Activation::relu6});
  b->channel_shuffle(b->whole(down), b->whole(stage), 2);
  b->conv({segment(stage, 0, 8)}, b->whole(branch), window(1), {Activation::relu});
  b->dwconv(b->whole(branch), b->whole(depthwise), window(5, 1, 2), {Activation::leaky_relu, 0.1f});
  b->conv(b->whole(depthwise), {segment(stage, 0, 8)}, window(1));
  return stage;
}

}  // namespace

ModelBuilder every_op_model() {
  ModelBuilder b;
  b.name("every op").classes({"disc", "square", "Größe"});
  const int stage = add_stem_and_stage(&b);

  const int p4 = b.tensor("p4", 16);
  const int p5 = b.tensor("p5", 16);
  const int mean = b.tensor("mean", 16);
  const int gate = b.tensor("gate", 16);
  const int gated = b.tensor("gated", 16);
  const int sum = b.tensor("sum", 16);
  const int bounded = b.tensor("bounded", 16);
  b.max_pool(b.whole(stage), b.whole(p4), window(3, 2, 1));
  b.avg_pool(b.whole(p4), b.whole(p5), window(3, 2, 1), true);
  b.global_avg_pool(b.whole(p5), b.whole(mean));
  b.conv(b.whole(mean), b.whole(gate), window(1), {Activation::hard_sigmoid});
  b.mul(b.whole(p5), b.whole(gate), b.whole(gated));
  b.add(b.whole(gated), b.whole(p5), b.whole(sum), {Activation::hard_swish});
  b.activation(b.whole(sum), b.whole(bounded), {Activation::sigmoid});

  const int large = b.tensor("large", 16);
  const int joined = b.tensor("joined", 32);
  const int mixed = b.tensor("mixed", 24);
  const int swapped = b.tensor("swapped", 16);
  b.upsample(b.whole(sum), b.whole(large), 2);
  b.concat({segment(large, 0, 16), segment(p4, 0, 16)}, b.whole(joined));
  b.conv({segment(joined, 0, 4), segment(p4, 4, 8), segment(sum, 4, 4, 1)},
         {segment(mixed, 8, 16), segment(mixed, 0, 8)}, window(3, 1, 2, 2), {Activation::silu});
  b.copy({segment(stage, 8, 8), segment(stage, 0, 8)}, b.whole(swapped));

  const int heads[] = {b.tensor("head8", 24), b.tensor("head16", 24), b.tensor("head32", 24)};
  b.conv({segment(swapped, 0, 16), segment(mixed, 0, 24, 1), segment(sum, 0, 16, 2)},
         b.whole(heads[0]), window(1));
  b.conv(b.whole(mixed), b.whole(heads[1]), window(1));
  b.conv({segment(bounded, 0, 16), segment(gated, 0, 16)}, b.whole(heads[2]), window(1));
  b.head(heads[0], 8, {{10, 13}, {16, 30}, {33, 23}});
  b.head(heads[1], 16, {{30, 61}, {62, 45}, {59, 119}});
  b.head(heads[2], 32, {{116, 90}, {156, 198}, {373, 326}});
  const int extra = b.tensor("extra", 20);
  b.winograd_conv({segment(mixed, 3, 20), segment(sum, 0, 16, 1)},
                  {segment(extra, 7, 13), segment(extra, 0, 7)}, window(3, 1, 1), 4,
                  {Activation::leaky_relu, 0.1f});
  return b;
}

ModelBuilder int8_model() {
  ModelBuilder b;
  b.name("int8").classes({"disc", "square"});
  b.input_type(format::kS8);
  const auto s8 = [&](const char* name, int channels) {
    return b.tensor(name, channels, format::kS8);
  };
  const int stem = s8("stem", 20), pooled = s8("pooled", 20), down = s8("down", 20);
  b.conv(b.whole(0), b.whole(stem), window(3, 2, 1));
  b.max_pool(b.whole(stem), b.whole(pooled), window(3, 2, 1));
  b.dwconv(b.whole(pooled), b.whole(down), window(3, 2, 1));
  const int branch = s8("branch", 10), deep = s8("deep", 10), sum = s8("sum", 10);
  b.conv({segment(down, 3, 10)}, b.whole(branch), window(1));
  b.dwconv(b.whole(branch), b.whole(deep), window(5, 1, 2));
  b.add(b.whole(deep), {segment(down, 10, 10)}, b.whole(sum));
  b.activation(b.whole(sum), {segment(down, 3, 10)}, {Activation::silu});
  const int floats = b.tensor("floats", 20), again = s8("again", 20), low = s8("low", 24);
  b.dequantize(b.whole(down), b.whole(floats));
  b.quantize(b.whole(floats), b.whole(again));
  b.conv({segment(again, 0, 7), segment(down, 1, 9)}, b.whole(low), window(3, 2, 1));
  const int lowest = s8("lowest", 24);
  b.conv(b.whole(low), b.whole(lowest), window(3, 2, 1));
  const int heads[] = {b.tensor("head8", 21), b.tensor("head16", 21), b.tensor("head32", 21)};
  b.conv({segment(again, 0, 20), segment(lowest, 0, 24, 2)}, b.whole(heads[0]), window(1));
  b.conv({segment(low, 0, 24), segment(lowest, 3, 8, 1)}, b.whole(heads[1]), window(1));
  b.conv(b.whole(lowest), b.whole(heads[2]), window(1));
  b.head(heads[0], 8, {{10, 13}, {16, 30}, {33, 23}});
  b.head(heads[1], 16, {{30, 61}, {62, 45}, {59, 119}});
  b.head(heads[2], 32, {{116, 90}, {156, 198}, {373, 326}});
  return b;
}

}  // namespace linnet::test
