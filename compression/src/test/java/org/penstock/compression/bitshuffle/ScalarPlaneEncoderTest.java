package org.penstock.compression.bitshuffle;

class ScalarPlaneEncoderTest extends PlaneEncoderContract {
    @Override
    PlaneEncoder encoder() {
        return new ScalarPlaneEncoder();
    }
}
