# How every module of the project is built: a library, its test program, its lint; and how a fuzz target is.
include(${CMAKE_CURRENT_LIST_DIR}/tidy.cmake)

add_library(assay_flags INTERFACE)
target_compile_options(assay_flags INTERFACE -Wall -Wextra -Wconversion -Werror)
target_include_directories(assay_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(ASSAY_HARNESS)
  target_compile_definitions(assay_flags INTERFACE ASSAY_HARNESS=1)
endif()
if(ASSAY_SANITIZE)
  target_compile_options(assay_flags INTERFACE -fsanitize=${ASSAY_SANITIZE} -fno-omit-frame-pointer
                                               -fno-sanitize-recover=all)
  target_link_options(assay_flags INTERFACE -fsanitize=${ASSAY_SANITIZE})
endif()
# Only the code under test guides a fuzzer, not the checks around it. What the instrumentation calls is in the
# sanitizers' runtime; without them the fuzzers only replay.
if(ASSAY_FUZZ AND ASSAY_SANITIZE)
  set(ASSAY_FUZZ_OPTIONS -fsanitize=fuzzer-no-link)
endif()
# What tests spend their time in is in the libraries, so that they themselves are compiled quickly.
set(ASSAY_TEST_OPTIONS -O0 -DBOOST_TEST_DYN_LINK)
include(${CMAKE_CURRENT_LIST_DIR}/precompile.cmake)

# The entry of every test program. It alone knows where the sources lie, and goes there: the tests name files from the
# source root, and no object but this one differs from clone to clone, so that the compiler's cache serves all.
add_library(assay_test_main OBJECT ${PROJECT_SOURCE_DIR}/ci/test_main.cpp)
target_link_libraries(assay_test_main PUBLIC assay_flags Boost::unit_test_framework)
target_compile_definitions(assay_test_main PRIVATE BOOST_TEST_DYN_LINK ASSAY_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# Every test program that has threads, for the tsan preset: `threaded_tests` builds them, the label
# `threads` selects them.
add_custom_target(threaded_tests)

# assay_module(NAME [PROGRAM tool] [THREADS] [APART suites] [DEPENDS other modules] [LIBS outside libraries])
# From the .cpp files in the folder and below it: assay_NAME without the tests and main.cpp;
# assay_NAME_test from *_test.cpp; and with PROGRAM, bin/TOOL from main.cpp. THREADS says that the tests
# start threads; APART, that these suites take so long that each runs beside the others.
function(assay_module name)
  cmake_parse_arguments(ARG "THREADS" "PROGRAM" "APART;DEPENDS;LIBS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND assay_)
  add_library(assay_${name} STATIC ${sources})
  target_link_libraries(assay_${name} PUBLIC assay_flags ${ARG_DEPENDS} ${ARG_LIBS})
  set(stack "${PROJECT_SOURCE_DIR}/stack")
  cmake_path(IS_PREFIX stack "${CMAKE_CURRENT_SOURCE_DIR}" under_test)
  if(under_test)
    target_compile_options(assay_${name} PRIVATE ${ASSAY_FUZZ_OPTIONS})
    assay_use_precompiled(assay_${name} under_test)
  else()
    target_compile_options(assay_${name} PRIVATE ${ASSAY_TOOL_OPTIONS})
    assay_use_precompiled(assay_${name} tool)
  endif()
  assay_tidy(assay_${name})
  if(ARG_PROGRAM)
    add_executable(${ARG_PROGRAM} main.cpp)
    target_link_libraries(${ARG_PROGRAM} PRIVATE assay_${name})
    assay_tidy(${ARG_PROGRAM})
  endif()
  if(BUILD_TESTING AND tests)
    assay_module_test(${name} ${ARG_THREADS} "${ARG_APART}" ${tests})
  endif()
endfunction()

# Results go to BUILD/results/NAME.xml, one testcase element a case; ci/test adds them up.
function(assay_module_test name threads apart)
  add_executable(assay_${name}_test ${ARGN})
  target_link_libraries(assay_${name}_test PRIVATE assay_test_main)
  target_link_libraries(assay_${name}_test PRIVATE assay_${name} Boost::unit_test_framework)
  target_compile_options(assay_${name}_test PRIVATE ${ASSAY_TEST_OPTIONS})
  assay_use_precompiled(assay_${name}_test test)
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/results)
  list(TRANSFORM apart PREPEND --run_test=! OUTPUT_VARIABLE rest)
  assay_run_test(${name} ${name} ${threads} ${rest})
  foreach(suite ${apart})
    assay_run_test(${suite} ${name} ${threads} --run_test=${suite})
    # The longest of all begin first.
    set_tests_properties(${suite} PROPERTIES COST 1000)
  endforeach()
  if(threads)
    add_dependencies(threaded_tests assay_${name}_test)
  endif()
endfunction()

function(assay_run_test test name threads)
  add_test(NAME ${test} COMMAND assay_${name}_test --color_output=no ${ARGN}
           --logger=HRF,test_suite:JUNIT,message,${PROJECT_BINARY_DIR}/results/${test}.xml)
  set_tests_properties(${test} PROPERTIES WORKING_DIRECTORY ${PROJECT_SOURCE_DIR} TIMEOUT 1200)
  if(threads)
    set_tests_properties(${test} PROPERTIES LABELS threads)
  endif()
endfunction()

# assay_fuzz_target(NAME FILE DEPENDS modules [LIBS outside libraries])
# Makes bin/fuzz_NAME from a file, made by fuzz/targets, that defines LLVMFuzzerTestOneInput. Without
# ASSAY_FUZZ the file is compiled, so that every compiler reads it, and nothing is linked.
function(assay_fuzz_target name file)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LIBS" ${ARGN})
  list(TRANSFORM ARG_DEPENDS PREPEND assay_)
  if(ASSAY_FUZZ)
    add_executable(fuzz_${name} ${file})
    target_link_options(fuzz_${name} PRIVATE ${ASSAY_FUZZ_ENGINE})
  else()
    add_library(fuzz_${name} OBJECT ${file})
  endif()
  target_link_libraries(fuzz_${name} PRIVATE assay_flags ${ARG_DEPENDS} ${ARG_LIBS})
endfunction()
