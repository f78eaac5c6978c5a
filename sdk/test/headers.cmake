# cmake -DSOURCE=<kith's source> -DC_COMPILERS=<list> -DCXX_COMPILERS=<list> -DLAYER=<file that includes the C++ layer> -P headers.cmake
# The C headers compile by themselves in every dialect, with no warning (A4).
cmake_minimum_required(VERSION 3.25)
set(include ${SOURCE}/sdk/include)
file(GLOB headers ${include}/kith/*.h ${include}/kith/service/*.h)
set(flags -fsyntax-only -I${include} -Wall -Wextra -pedantic -Werror)

function(check compiler language standard)
  # The compiler calls the main file of a header a header; as an included one it is what users see.
  foreach(header IN LISTS headers)
    execute_process(COMMAND ${compiler} -x ${language} -std=${standard} ${flags} ${ARGN} -include ${header} /dev/null
                    ERROR_VARIABLE trouble RESULT_VARIABLE code)
    if(NOT code EQUAL 0)
      message(SEND_ERROR "${header} as ${standard} with ${compiler}:\n${trouble}")
    endif()
  endforeach()
endfunction()

foreach(compiler IN LISTS C_COMPILERS)
  foreach(standard IN ITEMS c99 c11 c17)
    check(${compiler} c ${standard} -Wstrict-prototypes)
  endforeach()
endforeach()
foreach(compiler IN LISTS CXX_COMPILERS)
  foreach(standard IN ITEMS c++11 c++14 c++17 c++20)
    check(${compiler} c++ ${standard} -Wold-style-cast -Wshadow)
  endforeach()
endforeach()

# The C++ layer, all of it at once.
foreach(compiler IN LISTS CXX_COMPILERS)
  execute_process(COMMAND ${compiler} -std=c++20 ${flags} -Wold-style-cast -Wshadow ${LAYER} ERROR_VARIABLE trouble RESULT_VARIABLE code)
  if(NOT code EQUAL 0)
    message(SEND_ERROR "the C++ layer with ${compiler}:\n${trouble}")
  endif()
endforeach()
