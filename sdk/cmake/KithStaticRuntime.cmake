# kith_static_runtime(TARGET): links libstdc++ and libgcc into a program or a module that exports no C++, and leaves out what it does not use.
# Loading the shared libstdc++ costs each command about 3 ms of relocations, and ties a binary to the age of the machine's libstdc++. The
# daemon's own memory grows by 1 MB where other programs map the shared one, and shrinks by half a megabyte where none does.
# Without effect with sanitizers, which replace parts of the shared one.
option(KITH_STATIC_RUNTIME "Link libstdc++ and libgcc into kith and the first-party plugins" ON)

set(KITH_TERMINATE_HANDLER ${CMAKE_CURRENT_LIST_DIR}/terminate_handler.cpp)
function(kith_static_runtime target)
  if(KITH_STATIC_RUNTIME AND NOT KITH_SANITIZE)
    get_target_property(type ${target} TYPE)
    get_target_property(sources ${target} SOURCES)
    # Programs contain the demangler anyway, for Boost.Log; what is in C contains no libstdc++.
    if(NOT type STREQUAL "EXECUTABLE" AND "${sources}" MATCHES "\\.cpp")
      if(NOT TARGET kith_terminate_handler)
        add_library(kith_terminate_handler OBJECT ${KITH_TERMINATE_HANDLER})
        target_compile_options(kith_terminate_handler PRIVATE $<$<CONFIG:Release>:-Os>)
        set_target_properties(kith_terminate_handler PROPERTIES CXX_VISIBILITY_PRESET hidden)
        kith_warnings(kith_terminate_handler)
      endif()
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:kith_terminate_handler>)
    endif()
    target_link_options(${target} PRIVATE $<$<LINK_LANGUAGE:CXX>:-static-libstdc++> -static-libgcc -Wl,--gc-sections)
  endif()
endfunction()
