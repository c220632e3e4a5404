#ifndef BOARD_H
#define BOARD_H

#define HELPER_STACK_WORDS 2048
#define DETECT_PRIORITY 2

void watchdog_feed(void);

#endif
