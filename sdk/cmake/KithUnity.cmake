# Most of what a file of kith costs the compiler is the headers it includes. With KITH_UNITY the sources of a target are compiled some
# at a time, as one translation unit, which takes a third of the processor's time; each source must still compile alone (clang-tidy in
# .ci/run does so). What two files of one target call the same in their unnamed namespaces does not compile then: give it one name
# for each meaning.
option(KITH_UNITY "Compile the sources of a target several at a time" ON)

# kith_unity(<target> [BATCH <sources in a unit>] [ALONE <source>...] [GROUP <source>...]...)
# ALONE: sources that are dear by themselves, or that must not see another. GROUP: a unit of exactly these; without any the sources are
# taken in their order.
function(kith_unity target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BATCH" "ALONE")
  if(NOT KITH_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_CODE_BEFORE_INCLUDE "" UNITY_BUILD_UNIQUE_ID "")
  # GCC takes every source of a unit for a header, in which a member of a type that only this file knows would be a fault.
  target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  if(arg_BATCH)
    set_target_properties(${target} PROPERTIES UNITY_BUILD_BATCH_SIZE ${arg_BATCH})
  endif()
  if(arg_ALONE)
    set_source_files_properties(${arg_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  endif()
  set(group 0)
  foreach(word IN LISTS arg_UNPARSED_ARGUMENTS)
    if(word STREQUAL "GROUP")
      math(EXPR group "${group} + 1")
      set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
    else()
      set_source_files_properties(${word} PROPERTIES UNITY_GROUP ${target}_${group})
    endif()
  endforeach()
endfunction()
