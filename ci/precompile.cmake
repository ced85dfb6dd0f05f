# Reads the headers of others (ci/precompiled.h) once, for Clang. CMake's own target_precompile_headers would do it once a
# target, and differently in each build folder, so that the compiler's cache could serve only one of them.
option(ASSAY_PRECOMPILE "Read the headers of others once" ON)
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  set(ASSAY_PRECOMPILE OFF)
endif()
set(header ${PROJECT_SOURCE_DIR}/ci/precompiled.h)

# assay_precompiled(NAME OPTIONS...): makes build/precompiled/NAME.pch, for sources that are compiled with these options
# and with those that all have.
function(assay_precompiled name)
  set(out ${PROJECT_BINARY_DIR}/precompiled/${name}.pch)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/precompiled)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
  separate_arguments(flags UNIX_COMMAND "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}")
  get_target_property(common assay_flags INTERFACE_COMPILE_OPTIONS)
  list(APPEND flags ${common} ${CMAKE_CXX23_EXTENSION_COMPILE_OPTION} -DFMT_SHARED ${ARGN} -x c++-header)
  # The cache knows a precompiled header by the file NAME.pch.sum, here by what went into it, as its own bytes tell
  # build folders apart.
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} -E -P ${header} -o ${out}.sum
    COMMAND ${CMAKE_CXX_COMPILER} ${flags} -Xclang -fno-pch-timestamp -fpch-instantiate-templates -MD -MF ${out}.d
            -MT ${out} ${header} -o ${out}
    DEPENDS ${header} DEPFILE ${out}.d VERBATIM COMMENT "Reading the headers of others (${name})")
  add_custom_target(precompiled_${name} DEPENDS ${out})
endfunction()

# assay_use_precompiled(TARGET NAME)
function(assay_use_precompiled target name)
  if(NOT ASSAY_PRECOMPILE)
    return()
  endif()
  target_compile_options(
    ${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -include-pch -Xclang ${PROJECT_BINARY_DIR}/precompiled/${name}.pch>")
  add_dependencies(${target} precompiled_${name})
endfunction()

if(ASSAY_PRECOMPILE)
  assay_precompiled(tool ${CMAKE_CXX_COMPILE_OPTIONS_PIC} ${ASSAY_TOOL_OPTIONS})
  assay_precompiled(under_test ${CMAKE_CXX_COMPILE_OPTIONS_PIC} ${ASSAY_FUZZ_OPTIONS})
  assay_precompiled(test ${CMAKE_CXX_COMPILE_OPTIONS_PIE} ${ASSAY_TEST_OPTIONS})
endif()
