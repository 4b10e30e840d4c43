# The grid that chooses and scores the forecast's bounds. Training it takes minutes and is done by
# hand; the test re-derives bounds, score and published tables from the committed results.
if(TARGET alvor-lab)
  set(forecast_dir ${PROJECT_SOURCE_DIR}/tools/forecast)
  add_executable(forecast-grid ${forecast_dir}/main.c ${forecast_dir}/train.c
                 ${forecast_dir}/table.c ${forecast_dir}/choose.c ${forecast_dir}/score.c)
  alvor_flags(forecast-grid)
  target_compile_definitions(forecast-grid PRIVATE _GNU_SOURCE)
  target_include_directories(forecast-grid PRIVATE ${PROJECT_SOURCE_DIR}/src
                                                   ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(forecast-grid PRIVATE ${test_libraries} m)
  add_test(NAME forecast.score
           COMMAND forecast-grid check ${PROJECT_SOURCE_DIR}/docs/forecast.csv
                   ${PROJECT_SOURCE_DIR}/src/verdict/score.c ${PROJECT_SOURCE_DIR}/docs/forecast.md)
endif()
