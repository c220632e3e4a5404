#include "bench/profile.h"

#include <algorithm>
#include <map>
#include <new>
#include <thread>

#include "bench/clock.h"
#include "host/format.h"
#include "host/image.h"
#include "host/isa.h"
#include "host/start_thread.h"
#include "kernels/dot_peak_s8/dot_peak_s8.h"
#include "kernels/fma_peak/fma_peak.h"
#include "model/model_view.h"
#include "model/op_traits.h"

namespace linnet::bench {
namespace {

// Times of the steps of one run after another.
struct StepClock {
  std::vector<std::vector<double>> samples;  // of each node
  int running = -1;
  Clock::time_point since;
  bool out_of_memory = false;

  // The engine calls it: nothing may be thrown through that.
  static void on_step(void* context, int node) noexcept {
    auto& self = *static_cast<StepClock*>(context);
    const Clock::time_point now = Clock::now();
    if (self.running >= 0) self.add(std::chrono::duration<double, std::milli>(now - self.since));
    const bool end = static_cast<size_t>(node) == self.samples.size();
    self.running = end ? -1 : node;
    self.since = now;
  }

  void add(std::chrono::duration<double, std::milli> time) noexcept {
    try {
      samples[static_cast<size_t>(running)].push_back(time.count());
    } catch (const std::bad_alloc&) {
      out_of_memory = true;
    }
  }

  void check() const {
    if (out_of_memory) throw std::bad_alloc();
  }
};

double pixels_of(const linnet_tensor& t) {
  return static_cast<double>(t.height) * t.width;
}

class Costs {
 public:
  Costs(const ModelView& model, const linnet_session* session) : model_(model), session_(session) {}

  void fill(const format::Node& node, LayerProfile* layer) const {
    const View in = model_.operand(node, 0), out = model_.output(node);
    const linnet_tensor to = tensor(out.segments[0].tensor);
    const double taps = std::max(1, node.kernel_h * node.kernel_w);
    const double inputs = in.channels(), outputs = out.channels();
    layer->op = format::op_traits(node.op)->name;
    layer->name = model_.string(node.name);
    if (node.op == format::k_dwconv2d) {
      layer->macs = pixels_of(to) * outputs * taps;
    } else if (node.op == format::k_conv2d || node.op == format::k_winograd_conv2d) {
      layer->macs = pixels_of(to) * outputs * inputs * taps;
    }
    layer->int8 = bytes_of_value(in.segments[0].tensor) == 1;
    layer->bytes =
        bytes_of_value(out.segments[0].tensor) * (pixels_of(to) * outputs) + node.weight_bytes;
    for (int i = 0; i < node.operand_count; ++i) {
      const View view = model_.operand(node, i);
      for (int s = 0; s < view.count; ++s) {
        layer->bytes += bytes_of_value(view.segments[s].tensor) *
                        pixels_of(tensor(view.segments[s].tensor)) * view.segments[s].channels;
      }
    }
    layer->shape =
        host::formatted("%dx%d %d>%d", to.height, to.width, in.channels(), out.channels());
    if (node.kernel_h > 0) {
      layer->shape += host::formatted(" %dx%ds%d", node.kernel_h, node.kernel_w, node.stride_h);
    }
  }

  std::vector<ArenaTensor> arena(const uint8_t* base) const {
    std::vector<ArenaTensor> list;
    for (int t = 0; t < model_.tensor_count(); ++t) {
      const linnet_tensor memory = tensor(t);
      const void* const data =
          memory.type == LINNET_S8 ? static_cast<const void*>(memory.data_s8) : memory.data;
      if (data == nullptr) continue;
      ArenaTensor entry;
      entry.name = model_.string(model_.tensor(t).name);
      entry.offset = static_cast<double>(static_cast<const uint8_t*>(data) - base);
      entry.bytes = bytes_of_value(t) * pixels_of(memory) * memory.channels;
      entry.first = t == 0 ? 0 : model_.node_count();
      for (int i = 0; i < model_.node_count(); ++i) extend(model_.node(i), i, t, &entry);
      for (int h = 0; h < model_.head_count(); ++h) {
        if (model_.head(h).tensor == t) entry.last = model_.node_count() - 1;
      }
      list.push_back(entry);
    }
    return list;
  }

 private:
  double bytes_of_value(int tensor) const {
    return model_.tensor(tensor).dtype == format::kS8 ? 1 : 4;
  }
  linnet_tensor tensor(int index) const {
    linnet_tensor t{};
    (void)linnet_session_tensor(session_, index, &t);
    return t;
  }

  void extend(const format::Node& node, int index, int tensor_index, ArenaTensor* entry) const {
    const auto look = [&](const View& view) {
      for (int s = 0; s < view.count; ++s) {
        if (view.segments[s].tensor != tensor_index) continue;
        entry->first = std::min(entry->first, index);
        entry->last = std::max(entry->last, index);
      }
    };
    for (int i = 0; i < node.operand_count; ++i) look(model_.operand(node, i));
    look(model_.output(node));
  }

  ModelView model_;
  const linnet_session* session_;
};

// Letterbox and decoding of the input that the runner has.
void time_ends(Runner* runner, const std::string& input, int runs, Profile* result) {
  const int height = runner->options().size.height, width = runner->options().size.width;
  host::Image image(width, height);
  if (!input.empty() && !is_tensor_file(input)) image = host::read_image(input);
  std::vector<double> letterbox, decode;
  linnet_session* session = runner->session();
  for (int i = 0; i < runs; ++i) {
    const linnet_image view = image.view();
    Clock::time_point start = Clock::now();
    (void)linnet_letterbox(session, &view);
    letterbox.push_back(milliseconds_since(start));
    (void)linnet_run(session, runner->input().data(), nullptr);
    linnet_detect_options options = linnet_detect_options_default();
    std::vector<linnet_box> boxes(300);
    size_t count = 0;
    start = Clock::now();
    (void)linnet_decode(session, &options, boxes.data(), boxes.size(), &count);
    decode.push_back(milliseconds_since(start));
  }
  result->letterbox_ms = stats_of(letterbox).median;
  result->decode_ms = stats_of(decode).median;
}

void add_line(std::string* out, const char* label, double ms, const Profile& p, double macs,
              double bytes, bool int8) {
  *out += host::formatted("%-44s %8.3f ms %5.1f %%", label, ms, 100 * ms / p.network_ms);
  if (macs > 0) {
    const double rate = macs / ms * 1e-6;
    *out += host::formatted(" %8.2f MMAC %7.2f GMAC/s %5.1f %% of peak", macs * 1e-6, rate,
                            100 * rate / p.peaks.of(int8));
  } else {
    out->append(47, ' ');
  }
  *out += host::formatted(" %9.0f KB\n", bytes / 1e3);
}

}  // namespace

namespace {

template <typename Variant>
double measure_peak(const Variant& loop, int threads) {
  constexpr int kRounds = 2000000, kTries = 4;  // some milliseconds: starting threads is nothing
  double best = 0;
  for (int i = 0; i < kTries; ++i) {
    std::vector<std::jthread> workers;
    workers.reserve(static_cast<size_t>(threads));
    const Clock::time_point start = Clock::now();
    for (int t = 1; t < threads; ++t) workers.push_back(host::start_thread(loop.function, kRounds));
    volatile auto keep = loop.function(kRounds);
    (void)keep;
    for (std::jthread& worker : workers) worker.join();
    const double seconds = milliseconds_since(start) * 1e-3;
    best = std::max(best, static_cast<double>(loop.macs) * kRounds * threads / seconds * 1e-9);
  }
  return best;
}

}  // namespace

Peaks measure_peaks(uint32_t cpu_features, int threads) {
  const uint32_t usable = host::usable_cpu_features(cpu_features);
  return {measure_peak(fma_peak_select(usable), threads),
          measure_peak(dot_peak_s8_select(usable), threads)};
}

Profile profile(const Network& network, RunnerOptions options, const Plan& plan,
                const std::string& input) {
  const ModelView model(network.model().data);
  StepClock clock;
  clock.samples.resize(static_cast<size_t>(model.node_count()));
  options.on_step = StepClock::on_step;
  options.on_step_context = &clock;
  Profile result;
  result.peaks = measure_peaks(options.cpu_features, options.threads);
  options.keeps_heads = true;  // decoding them is timed
  Runner runner(network, options);
  runner.set_input(input);
  for (int i = 0; i < plan.warmup; ++i) runner.run();
  for (auto& samples : clock.samples) samples.clear();
  std::vector<double> whole;
  const Clock::time_point begin = Clock::now();
  for (int i = 0; i < plan.runs; ++i) {
    whole.push_back(time_of([&] { runner.run(); }));
    if (plan.is_late(begin)) break;
  }
  clock.check();
  result.name = Measurement(network, options).name();
  result.network_ms = stats_of(whole).median;
  result.arena_bytes = static_cast<double>(runner.arena_bytes());
  const Costs costs(model, runner.session());
  for (int i = 0; i < model.node_count(); ++i) {
    LayerProfile layer;
    costs.fill(model.node(i), &layer);
    const std::vector<double>& samples = clock.samples[static_cast<size_t>(i)];
    layer.fused = samples.empty();
    if (!layer.fused) layer.milliseconds = stats_of(samples).median;
    result.layers.push_back(layer);
  }
  result.arena = costs.arena(static_cast<const uint8_t*>(runner.arena()));
  time_ends(&runner, input, std::max(1, plan.runs / 3), &result);
  return result;
}

std::string to_text(const Profile& p) {
  std::string out = host::formatted(
      "%s: letterbox %.3f ms, network %.3f ms, decode %.3f ms\n"
      "peak of this core, measured: %.1f GMAC/s f32, %.1f int8\n\n",
      p.name.c_str(), p.letterbox_ms, p.network_ms, p.decode_ms, p.peaks.f32_gmacs,
      p.peaks.int8_gmacs);
  std::map<std::string, LayerProfile> types;
  for (size_t i = 0; i < p.layers.size(); ++i) {
    const LayerProfile& layer = p.layers[i];
    LayerProfile& type = types[layer.op + (layer.int8 ? " int8" : "")];
    type.int8 = layer.int8;
    type.milliseconds += layer.milliseconds;
    type.macs += layer.macs;
    type.bytes += layer.bytes;
    const std::string label =
        host::formatted("%3zu %s %s", i, layer.op.c_str(), layer.shape.c_str());
    if (layer.fused) {
      out += label + "  (runs inside the one before)\n";
    } else {
      double macs = layer.macs;
      if (i + 1 < p.layers.size() && p.layers[i + 1].fused) macs += p.layers[i + 1].macs;
      add_line(&out, label.c_str(), layer.milliseconds, p, macs, layer.bytes, layer.int8);
    }
  }
  out +=
      "\nby type; MAC are those of the direct algorithm, also where Winograd or objectness first"
      " does fewer\n";
  for (const auto& [op, type] : types) {
    if (type.milliseconds > 0)
      add_line(&out, op.c_str(), type.milliseconds, p, type.macs, type.bytes, type.int8);
  }
  return out;
}

}  // namespace linnet::bench
