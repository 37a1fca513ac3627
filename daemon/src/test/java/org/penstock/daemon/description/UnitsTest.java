package org.penstock.daemon.description;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UnitsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mm",
                "um",
                "µm",
                "m",
                "nm",
                "deg",
                "degree",
                "mrad",
                "s",
                "ms",
                "Hz",
                "hertz",
                "kHz",
                "eV",
                "keV",
                "A",
                "mA",
                "nA",
                "pC",
                "V",
                "K",
                "degC",
                "counts",
                "counts/s",
                "cps",
                "photons/s",
                "ph/s",
                "1/angstrom",
                "angstrom^-1",
                "m s^-2",
                "m*s**-1",
                "mg/ml",
                "mbar",
                "%",
                "pixel",
                "px",
                "steps",
                "a.u.",
                "N.m",
                "kg m^2 s-1",
                "1/s",
                "ohm",
                "°",
                "dimensionless"
            })
    void shouldKnow(String units) {
        assertThat(Units.isKnown(units)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"bananas", "", " ", "m m/", "/s", "12", "mm)", "xyz/s", "mmm", "kdeg", "m^", "s\n\0", "1e-3 m"})
    void shouldRefuse(String units) {
        assertThat(Units.isKnown(units)).isFalse();
    }
}
