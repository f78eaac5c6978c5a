# The included headers are most of the compile time of a source of kith. With KITH_UNITY several sources of a target are compiled as one
# translation unit, which takes a third of the CPU time; each source must still compile alone (clang-tidy in .ci/run does that). Equal
# names in the unnamed namespaces of two sources of one target do not compile then: use distinct names.
option(KITH_UNITY "Compile the sources of a target several at a time" ON)

# kith_unity(<target> [BATCH <sources in a unit>] [ALONE <source>...] [GROUP <source>...]...)
# ALONE: sources that are expensive themselves, or that must not share a unit. GROUP: a unit of exactly these sources; without it the
# sources are combined in their order.
function(kith_unity target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BATCH" "ALONE")
  if(NOT KITH_UNITY)
    return()
  endif()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_CODE_BEFORE_INCLUDE "" UNITY_BUILD_UNIQUE_ID "")
  # GCC treats every source of a unit as a header, in which it warns about a member of a type of the unnamed namespace.
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
