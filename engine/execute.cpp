#include "engine/ops/op.h"

namespace linnet {
namespace {

struct StepTask {
  const SessionState* session;
  const Step* step;
  int items;
  int pieces;
};

void run_piece(void* context, int index, int worker) {
  const auto& task = *static_cast<const StepTask*>(context);
  const auto bound = [&](int piece) {
    return static_cast<int>(int64_t{task.items} * piece / task.pieces);
  };
  uint8_t* scratch =
      task.session->scratch + static_cast<size_t>(worker) * task.session->scratch_bytes;
  task.step->op->run(*task.session, *task.step, bound(index), bound(index + 1), scratch);
}

}  // namespace

void execute(SessionState* session) {
  for (int i = 0; i < session->step_count; ++i) {
    const Step& step = session->steps[i];
    if (step.op == nullptr) continue;
    if (session->on_step != nullptr) session->on_step(session->on_step_context, i);
    const int items = step.op->item_count(step);
    if (session->threads == 1 || items == 1) {
      step.op->run(*session, step, 0, items, session->scratch);
      continue;
    }
    const int most = session->threads * step.op->pieces_per_thread;
    StepTask task{session, &step, items, items < most ? items : most};
    session->parallel_for(session->pool, task.pieces, run_piece, &task);
  }
  if (session->on_step != nullptr) {
    session->on_step(session->on_step_context, session->step_count);
  }
}

}  // namespace linnet
