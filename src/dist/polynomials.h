/* The polynomials of the fills, highest power first: near-minimax, as docs/stream.md prints them.
 */
#ifndef ALV_DIST_POLYNOMIALS_H
#define ALV_DIST_POLYNOMIALS_H

/* -2 log(1 + f) / f for 1 + f in [sqrt(1/2), sqrt(2)]; 2e-7 relative. */
static const float alv_log_f32[8] = {0x1.955046p-3f,  -0x1.4a43fcp-2f, 0x1.61db90p-2f,
                                     -0x1.97d34cp-2f, 0x1.ff5cfcp-2f,  -0x1.5558acp-1f,
                                     0x1.00007ep+0f,  -0x1.fffffep+0f};
/* sin(pi y / 2) / y and cos(pi y / 2) / (1 - y^2) in y^2, y in [-1, 1]; 4e-8 and 2e-7. */
static const float alv_sin_f32[5] = {0x1.3e1420p-13f, -0x1.32531ep-8f, 0x1.4668f0p-4f,
                                     -0x1.4abbc4p-1f, 0x1.921fb6p+0f};
static const float alv_cos_f32[4] = {-0x1.bbb54cp-11f, 0x1.46ae7ep-6f, -0x1.de9b44p-3f,
                                     0x1.fffffap-1f};
/* x / v where v = erf(x / sqrt(2)), |x| <= 3.1, in -2 log(1 - v^2) - 5.5; 4e-8. */
static const float alv_central_f32[10] = {
    -0x1.57f692p-36f, 0x1.7a0676p-35f,  0x1.66ce4cp-28f,  -0x1.fa094ap-25f, -0x1.c07116p-22f,
    0x1.3667b8p-16f,  -0x1.810c76p-13f, -0x1.d2c424p-10f, 0x1.61d3fap-3f,   0x1.1ae528p+1f};
/* (log((1 + s) / (1 - s)) / s - 2) / s^2 in s^2; 5e-16. */
static const double alv_log_f64[7] = {
    0x1.2b5f68a50d903p-3, 0x1.39fdcceb4bb45p-3, 0x1.7462b91b8df65p-3, 0x1.c71c62d5e53e0p-3,
    0x1.2492492dfd86cp-2, 0x1.9999999995273p-2, 0x1.5555555555558p-1};
/* As for floats; 3e-19 and 2e-17. */
static const double alv_sin_f64[9] = {
    0x1.9d462020fcc78p-38,  -0x1.6f7acdb8f6580p-31, 0x1.e8f3675ee37ddp-25,
    -0x1.e3074dfaf87afp-19, 0x1.5078348551854p-13,  -0x1.32d2cce627c86p-8,
    0x1.466bc6775aa7dp-4,   -0x1.4abbce625be52p-1,  0x1.921fb54442d18p+0};
static const double alv_cos_f64[8] = {
    -0x1.1559283f92706p-34, 0x1.b22d8964f0ca9p-28, -0x1.f3092161e793ap-22, 0x1.9f05c98c160dap-16,
    -0x1.d4fcd82e20aecp-11, 0x1.472be1224054bp-6,  -0x1.de9e64df22eabp-3,  1};

#endif
