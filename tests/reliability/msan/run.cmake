# cmake -DPROGRAM=linnet_msan -DFOLDER=… -P run.cmake: writes models and runs them.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(COMMAND ${PROGRAM} --write ${FOLDER} 20 COMMAND_ERROR_IS_FATAL ANY)
file(GLOB models ${FOLDER}/*.lnt)
execute_process(COMMAND ${PROGRAM} ${models} COMMAND_ERROR_IS_FATAL ANY)
