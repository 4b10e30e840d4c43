# The reader of ONNX's protobuf messages, made by protoc-c from the distribution's own onnx.proto. Its
# code is not ours, and not held to our warnings.
find_program(PROTOC_C_PROGRAM protoc-c)
find_path(ONNX_PROTO_DIR onnx.proto PATH_SUFFIXES onnx)
if(NOT PROTOC_C_PROGRAM OR NOT ONNX_PROTO_DIR)
  message(FATAL_ERROR "Reading ONNX needs protoc-c and onnx.proto, and they were not found.\n"
    "Install them (Debian: apt-get install protobuf-c-compiler libprotobuf-c-dev libonnx-dev). "
    "-DALVOR_BUILD_LAB=OFF builds the core alone.")
endif()

# Its names begin with those of its package, and ours begin with alv_.
set(ALVOR_ONNX_DIR ${PROJECT_BINARY_DIR}/onnx)
file(READ ${ONNX_PROTO_DIR}/onnx.proto onnx_proto)
string(REPLACE "\npackage onnx;" "\npackage alv_onnx;" onnx_proto "${onnx_proto}")
file(CONFIGURE OUTPUT ${ALVOR_ONNX_DIR}/onnx.proto CONTENT "${onnx_proto}" @ONLY)
add_custom_command(OUTPUT ${ALVOR_ONNX_DIR}/onnx.pb-c.c ${ALVOR_ONNX_DIR}/onnx.pb-c.h
  COMMAND ${PROTOC_C_PROGRAM} --c_out=${ALVOR_ONNX_DIR} --proto_path=${ALVOR_ONNX_DIR} onnx.proto
  DEPENDS ${ALVOR_ONNX_DIR}/onnx.proto COMMENT "Making the reader of ONNX" VERBATIM)
set_source_files_properties(${ALVOR_ONNX_DIR}/onnx.pb-c.c PROPERTIES COMPILE_OPTIONS -w)

# Adds the reader to a target whose sources include onnx.pb-c.h.
function(alvor_onnx target)
  target_sources(${target} PRIVATE ${ALVOR_ONNX_DIR}/onnx.pb-c.c ${ALVOR_ONNX_DIR}/onnx.pb-c.h)
  target_include_directories(${target} SYSTEM PRIVATE ${ALVOR_ONNX_DIR})
endfunction()
