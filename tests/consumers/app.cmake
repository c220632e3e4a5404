# The program of every consumer: consumer_add_detect(LIBRARY...) makes `detect` of the C99 sources in
# CONSUMER_APP_DIR and the model that linnet-convert --emit-c wrote into CONSUMER_MODEL_DIR.
function(consumer_add_detect)
  set(app ${CONSUMER_APP_DIR})
  add_executable(detect ${app}/detector.c ${app}/main.c ${app}/one_task.c
                 ${CONSUMER_MODEL_DIR}/demo.c)
  set_target_properties(detect PROPERTIES C_STANDARD 99 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_options(detect PRIVATE -Wall -Wextra -Wpedantic -Werror)
  target_include_directories(detect PRIVATE ${app} ${CONSUMER_MODEL_DIR})
  target_link_libraries(detect PRIVATE ${ARGN})
  set_target_properties(detect PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
endfunction()
