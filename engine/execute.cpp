#include "engine/ops/op.h"

namespace linnet {
namespace {

// Pixels that a piece should have: fewer fill the tiles of kernels badly.
constexpr int kFewestPixels = 96;

// A step, or a group of steps whose items are rows of the same extent.
struct Loop {
  const SessionState* session;
  const Step* steps;
  int step_count;
  int items;
  int pieces;
};

// Items [begin, end) of `count` steps; those that run inside the one before have no op.
void run_steps(const SessionState& session, const Step* steps, int count, int begin, int end,
               uint8_t* scratch) {
  for (int i = 0; i < count; ++i) {
    if (steps[i].op != nullptr) steps[i].op->run(session, steps[i], begin, end, scratch);
  }
}

void run_piece(void* context, int index, int worker) {
  const auto& loop = *static_cast<const Loop*>(context);
  // items * piece / pieces in 32 bits: not every core divides 64.
  const int whole = loop.items / loop.pieces, rest = loop.items % loop.pieces;
  const auto bound = [&](int piece) { return whole * piece + rest * piece / loop.pieces; };
  uint8_t* scratch =
      loop.session->scratch + static_cast<size_t>(worker) * loop.session->scratch_bytes;
  run_steps(*loop.session, loop.steps, loop.step_count, bound(index), bound(index + 1), scratch);
}

int piece_count(const Loop& loop) {
  const int threads = loop.session->threads;
  const Extent rows = rows_extent(loop.steps[0]);
  int pieces =
      loop.steps[0].op->runs_rows() ? rows.height * rows.width / kFewestPixels : loop.items;
  for (int i = 0; i < loop.step_count; ++i) {
    if (loop.steps[i].op == nullptr) continue;
    const int most = threads * loop.steps[i].op->pieces_per_thread;
    if (pieces > most) pieces = most;
  }
  if (pieces < threads) pieces = threads;
  return pieces < loop.items ? pieces : loop.items;
}

void run_group(const SessionState& session, const Step& first, int count) {
  const int items = first.op->items(first);
  if (session.threads == 1 || items == 1) {
    return run_steps(session, &first, count, 0, items, session.scratch);
  }
  Loop loop{&session, &first, count, items, 0};
  loop.pieces = piece_count(loop);
  session.parallel_for(session.pool, loop.pieces, run_piece, &loop);
}

}  // namespace

void execute(SessionState* session) {
  // Who watches the steps sees them one after another.
  const bool watched = session->on_step != nullptr;
  int count;
  for (int i = 0; i < session->step_count; i += count) {
    const Step& step = session->steps[i];
    count = watched ? 1 : step.group_steps;
    if (step.op == nullptr) continue;
    if (watched) session->on_step(session->on_step_context, i);
    run_group(*session, step, count);
  }
  if (watched) session->on_step(session->on_step_context, session->step_count);
}

}  // namespace linnet
