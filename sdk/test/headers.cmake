# cmake -DSOURCE=<kith's source> -DC_COMPILERS=<list> -DCXX_COMPILERS=<list> -DLAYER=<file that includes the C++ layer> -P headers.cmake
# The C headers compile with no warning (A4): each by itself in the oldest dialect, and all together in every dialect.
cmake_minimum_required(VERSION 3.25)
set(include ${SOURCE}/sdk/include)
file(GLOB headers ${include}/kith/*.h ${include}/kith/service/*.h ${include}/kith/service/draft/*.h)
set(flags -fsyntax-only -I${include} -Wall -Wextra -pedantic -Werror)

function(run what compiler)
  execute_process(COMMAND ${compiler} ${flags} ${ARGN} ERROR_VARIABLE trouble RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(SEND_ERROR "${what} with ${compiler}:\n${trouble}")
  endif()
endfunction()

# The compiler calls the main file of a header a header; as an included one it is what users see.
function(check compiler language warnings oldest)
  foreach(header IN LISTS headers)
    run("${header} as ${oldest}" ${compiler} -x ${language} -std=${oldest} ${warnings} -include ${header} /dev/null)
  endforeach()
  set(all ${headers})
  list(TRANSFORM all PREPEND -include)
  foreach(standard IN LISTS oldest ARGN)
    run("all headers as ${standard}" ${compiler} -x ${language} -std=${standard} ${warnings} ${all} /dev/null)
  endforeach()
endfunction()

foreach(compiler IN LISTS C_COMPILERS)
  check(${compiler} c -Wstrict-prototypes c99 c11 c17)
endforeach()
foreach(compiler IN LISTS CXX_COMPILERS)
  check(${compiler} c++ "-Wold-style-cast;-Wshadow" c++11 c++14 c++17 c++20)
  run("the C++ layer" ${compiler} -std=c++20 -Wold-style-cast -Wshadow ${LAYER})
endforeach()
