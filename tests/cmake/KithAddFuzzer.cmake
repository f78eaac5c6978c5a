# kith_add_fuzzer(NAME [SOURCES <file>...] [LIBS <target>...] [SEEN <target>...])
# The program fuzz_NAME, of fuzz_NAME.cpp and SOURCES. The fuzzer's coverage contains these sources and the libraries SEEN, which are linked
# like LIBS.
function(kith_add_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS;SEEN" ${ARGN})
  add_executable(fuzz_${name} fuzz_${name}.cpp ${arg_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${arg_SEEN} ${arg_LIBS})
  # Optimized, although the rest of that build is not: the number of inputs counts here, compile time there.
  target_compile_options(fuzz_${name} PRIVATE -fsanitize=fuzzer -O1)
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  kith_warnings(fuzz_${name})
  foreach(library IN LISTS arg_SEEN)
    string(REGEX REPLACE "_static$" "" library ${library}) # a plugin's static twin has the objects of its module
    target_compile_options(${library} PRIVATE -fsanitize=fuzzer-no-link -O1)
  endforeach()
endfunction()
