# Fuzz targets, one per parser: built with the `fuzz` preset only (Clang, libFuzzer, sanitizers).
# They need the core, the parsers themselves and zlib, so that the laboratory need not be built.
if(ALVOR_FUZZ)
  find_package(ZLIB REQUIRED)
  set(text_sources load_text.c load_file.c split.c)
  set(parsers ${PROJECT_SOURCE_DIR}/src/data/idx.c ${PROJECT_SOURCE_DIR}/src/data/csv.c
              ${PROJECT_SOURCE_DIR}/src/data/csv_labels.c ${PROJECT_SOURCE_DIR}/src/data/npy.c)
  list(TRANSFORM text_sources PREPEND ${PROJECT_SOURCE_DIR}/src/data/)
  find_package(PkgConfig REQUIRED)
  pkg_check_modules(FUZZ_YAML REQUIRED IMPORTED_TARGET libcyaml)
  set(plans yaml.c yaml_place.c yaml_portion.c plan_yaml.c plan_parameter.c plan_read.c)
  set(networks formats/yaml.c formats/yaml_place.c formats/network_yaml.c formats/network_read.c
               formats/network_layers.c formats/network_init.c formats/network_data.c data/sha256.c nn/check.c
               nn/names.c nn/optimizer.c nn/term.c)
  list(TRANSFORM plans PREPEND ${PROJECT_SOURCE_DIR}/src/formats/)
  list(TRANSFORM networks PREPEND ${PROJECT_SOURCE_DIR}/src/)
  pkg_check_modules(FUZZ_JSON REQUIRED IMPORTED_TARGET jansson)
  file(GLOB checkpoints CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/formats/checkpoint*.c
       ${PROJECT_SOURCE_DIR}/src/formats/kind.c ${PROJECT_SOURCE_DIR}/src/formats/onnx/*.c)
  file(GLOB engine CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/audit/engine*.c)
  list(FILTER engine EXCLUDE REGEX engine_load) # a network to run comes with the laboratory
  list(APPEND checkpoints ${engine})
  foreach(name check names optimizer term)
    list(APPEND checkpoints ${PROJECT_SOURCE_DIR}/src/nn/${name}.c)
  endforeach()
  pkg_check_modules(FUZZ_ONNX REQUIRED IMPORTED_TARGET libprotobuf-c)
  if(NOT COMMAND alvor_onnx)
    include(AlvorOnnx)
  endif()
  add_custom_target(fuzzers)
  foreach(name idx csv npy text safetensors checkpoint plan network scheme model tensor module stream)
    add_executable(fuzz-${name} EXCLUDE_FROM_ALL ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/fuzz_${name}.c
                   $<$<IN_LIST:${name},idx$<SEMICOLON>csv$<SEMICOLON>npy>:${parsers}>
                   $<$<STREQUAL:${name},text>:${text_sources}>
                   $<$<STREQUAL:${name},plan>:${plans}>
                   $<$<STREQUAL:${name},network>:${networks}>
                   $<$<STREQUAL:${name},checkpoint>:${checkpoints}>)
    alvor_flags(fuzz-${name})
    target_compile_definitions(fuzz-${name} PRIVATE _GNU_SOURCE)
    target_include_directories(fuzz-${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_options(fuzz-${name} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz-${name} PRIVATE alvor ZLIB::ZLIB PkgConfig::FUZZ_YAML
                          PkgConfig::FUZZ_JSON)
    if(name STREQUAL checkpoint)
      alvor_onnx(fuzz-${name})
      target_link_libraries(fuzz-${name} PRIVATE PkgConfig::FUZZ_ONNX)
    endif()
    add_dependencies(fuzzers fuzz-${name})
  endforeach()
endif()
