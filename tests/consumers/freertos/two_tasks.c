/* Quoted by docs/embedding.md. */
#include "two_tasks.h"

#include "FreeRTOS.h"
#include "board.h"
#include "task.h"

/* One job at a time: the task that detects is worker 0, the helper worker 1. */
static struct {
  linnet_task task;
  void* context;
  int count;
  int next;
  TaskHandle_t caller, helper;
} job;

static void work(int worker) {
  int i;
  while ((i = __atomic_fetch_add(&job.next, 1, __ATOMIC_RELAXED)) < job.count) {
    job.task(job.context, i, worker);
  }
}

static void helper_task(void* unused) {
  (void)unused;
  for (;;) {
    ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
    work(1);
    xTaskNotifyGive(job.caller);
  }
}

static void parallel_for(void* pool, int count, linnet_task task, void* context) {
  (void)pool;
  job.task = task;
  job.context = context;
  job.count = count;
  job.next = 0;
  job.caller = xTaskGetCurrentTaskHandle();
  xTaskNotifyGive(job.helper);
  work(0);
  ulTaskNotifyTake(pdTRUE, portMAX_DELAY);
}

static void feed_watchdog(void* context, int node) {
  (void)context;
  (void)node; /* which of the model's nodes is next */
  watchdog_feed();
}

linnet_config two_task_config(void) {
  linnet_config config = linnet_config_default();
  /* The priority of the task that detects; on the other core where the port lets one choose. */
  xTaskCreate(helper_task, "linnet", HELPER_STACK_WORDS, NULL, DETECT_PRIORITY, &job.helper);
  config.threads = 2;
  config.parallel_for = parallel_for;
  config.on_step = feed_watchdog;
  return config;
}
