#ifndef TASK_H
#define TASK_H

#include "FreeRTOS.h"

typedef struct Task* TaskHandle_t;
typedef void (*TaskFunction_t)(void* parameter);

BaseType_t xTaskCreate(TaskFunction_t code, const char* name, uint32_t stack_words, void* parameter,
                       UBaseType_t priority, TaskHandle_t* created);
TaskHandle_t xTaskGetCurrentTaskHandle(void);
BaseType_t xTaskNotifyGive(TaskHandle_t task);
uint32_t ulTaskNotifyTake(BaseType_t clear, TickType_t ticks);

#endif
