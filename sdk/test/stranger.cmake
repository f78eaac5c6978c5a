# cmake -DBUILD=<build tree> -DSOURCE=<source> -DWORK=<scratch> -DGENERATOR=<its generator> -P stranger.cmake
# Installs the component sdk, builds a stranger's plugins with it, and runs them in the simulated world and through the checker, without
# Boost; what breaks a rule must fail, with the rule's name.
cmake_minimum_required(VERSION 3.25)

function(run expected words)
  execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE out ERROR_VARIABLE out RESULT_VARIABLE code)
  list(JOIN ARGN " " command)
  if(expected STREQUAL "good" AND NOT code EQUAL 0)
    message(FATAL_ERROR "failed: ${command}\n${out}")
  elseif(expected STREQUAL "bad" AND code EQUAL 0)
    message(FATAL_ERROR "did not fail: ${command}\n${out}")
  endif()
  string(REGEX REPLACE "[ \n]+" " " flat "${out}") # CMake breaks its messages by the length of the paths in them
  if(NOT flat MATCHES "${words}")
    message(FATAL_ERROR "expected \"${words}\" in the output of: ${command}\n${out}")
  endif()
endfunction()

find_program(CCACHE ccache)
if(CCACHE) # what one run has compiled serves the next
  set(ENV{CMAKE_C_COMPILER_LAUNCHER} ccache)
  set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} ccache)
endif()
file(REMOVE_RECURSE ${WORK})
run(good "" ${CMAKE_COMMAND} --install ${BUILD} --component sdk --prefix ${WORK}/kith)
run(good "" ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/sdk/test/stranger -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/kith
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_FLAGS=-Wall\ -Wextra\ -pedantic\ -Werror
    "-DCMAKE_CXX_FLAGS=-Wall -Wextra -pedantic -Wshadow -Wold-style-cast -Werror")
run(good "" ${CMAKE_COMMAND} --build ${WORK}/build)
foreach(plugin IN ITEMS strategy_hello strategy_hello_c)
  if(NOT EXISTS ${WORK}/build/lib${plugin}.so)
    message(FATAL_ERROR "${WORK}/build/lib${plugin}.so was not built")
  endif()
endforeach()
run(good "100% tests passed" ${CMAKE_CTEST_COMMAND} --test-dir ${WORK}/build --output-on-failure --no-tests=error)
if(GENERATOR STREQUAL "Ninja") # it remembers what each file included
  execute_process(COMMAND ninja -C ${WORK}/build -t deps OUTPUT_VARIABLE included COMMAND_ERROR_IS_FATAL ANY)
  if(NOT included MATCHES "include/kith/testkit/plugin_harness.hpp" OR included MATCHES "[^\n]*/boost/[^\n]*")
    message(FATAL_ERROR "a stranger's files should include the testkit and no Boost, but included: ${CMAKE_MATCH_0}\n${included}")
  endif()
endif()
run(bad "rule L2.*second_symbol" ${CMAKE_COMMAND} --build ${WORK}/build --target second_export)
run(bad "rule L2.*it does" ${CMAKE_COMMAND} --build ${WORK}/build --target no_entry)
run(bad "undefined reference to .nobody_defines_this" ${CMAKE_COMMAND} --build ${WORK}/build --target undefined_symbol)

file(REMOVE_RECURSE ${WORK})
