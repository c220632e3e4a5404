/* As much of FreeRTOS as two_tasks.c uses, on POSIX threads: names and meanings are FreeRTOS's. */
#ifndef FREERTOS_H
#define FREERTOS_H

#include <stdint.h>

#define pdTRUE 1
#define pdPASS 1
#define portMAX_DELAY 0xffffffffu

typedef int BaseType_t;
typedef unsigned UBaseType_t;
typedef uint32_t TickType_t;

#endif
