# Saved models: read back by an oracle and by the safetensors package, and written in little memory.
if(TARGET alvor-cli)
  add_test(NAME formats.read_back COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/formats/read_back.sh
           $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/build/venv)
  add_test(NAME formats.memory COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/formats/memory.sh
           $<TARGET_FILE:alvor-cli>)
  add_test(NAME formats.inspect_onnx COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/formats/inspect_onnx.sh
           $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/build/venv)
  add_test(NAME formats.init_like COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/formats/init_like.sh
           $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/build/venv)
  add_test(NAME formats.doctor COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/formats/doctor.sh
           $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/build/venv)
  add_test(NAME formats.layers COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/formats/layers.sh
           $<TARGET_FILE:alvor-cli> ${PROJECT_SOURCE_DIR}/build/venv)
  set_tests_properties(formats.doctor formats.layers formats.read_back formats.memory formats.inspect_onnx formats.init_like
                       PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
  set_tests_properties(formats.doctor formats.layers PROPERTIES TIMEOUT 1800)
  set_tests_properties(formats.doctor PROPERTIES LABELS long)
endif()
