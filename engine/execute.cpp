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

void run_piece(void* context, int index, int worker) {
  const auto& loop = *static_cast<const Loop*>(context);
  // items * piece / pieces in 32 bits: not every core divides 64.
  const int whole = loop.items / loop.pieces, rest = loop.items % loop.pieces;
  const auto bound = [&](int piece) { return whole * piece + rest * piece / loop.pieces; };
  uint8_t* scratch =
      loop.session->scratch + static_cast<size_t>(worker) * loop.session->scratch_bytes;
  for (int i = 0; i < loop.step_count; ++i) {
    const Step& step = loop.steps[i];
    if (step.op == nullptr) continue;
    step.op->run(*loop.session, step, bound(index), bound(index + 1), scratch);
  }
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

}  // namespace

void execute(SessionState* session) {
  // Who watches the steps sees them one after another.
  const bool watched = session->on_step != nullptr;
  for (int i = 0; i < session->step_count;) {
    const Step& step = session->steps[i];
    const int count = watched ? 1 : step.group_steps;
    if (step.op != nullptr) {
      if (watched) session->on_step(session->on_step_context, i);
      const int items = step.op->items(step);
      if (session->threads == 1 || items == 1) {
        for (int k = i; k < i + count; ++k) {
          const Step& member = session->steps[k];
          if (member.op != nullptr) member.op->run(*session, member, 0, items, session->scratch);
        }
      } else {
        Loop loop{session, &step, count, items, 0};
        loop.pieces = piece_count(loop);
        session->parallel_for(session->pool, loop.pieces, run_piece, &loop);
      }
    }
    i += count;
  }
  if (watched) session->on_step(session->on_step_context, session->step_count);
}

}  // namespace linnet
