package org.penstock.daemon.description;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is taken for units: a product or quotient of names, such as {@code mm}, {@code keV}, {@code counts/s}, {@code 1/angstrom} or {@code m s^-2}.
 *
 * <p>Names are those of the SI with its prefixes, and what beamlines write beside it. Stored as they came.
 *
 * <p><b>Threading:</b> immutable.
 */
public final class Units {
    /** What an error message shows. */
    static final String EXPECTED = "units such as mm, deg, s, keV, mA, counts, counts/s, m s^-1";

    private static final int MOST = 64;
    private static final Pattern TERM = Pattern.compile("1|([^\\s0-9^*/.+-]+)(?:\\^?[+-]?[0-9]{1,2})?");
    private static final Pattern OPERATOR = Pattern.compile("\\s*[*/·.]\\s*|\\s+");

    /** Take a prefix: mm, keV, nA. */
    private static final Set<String> PREFIXED = Set.of(
            "m", "meter", "metre", "g", "gram", "s", "sec", "second", "A", "ampere", "K", "kelvin", "mol", "cd", "rad",
            "radian", "sr", "Hz", "hertz", "Hertz", "N", "Pa", "pascal", "bar", "J", "joule", "W", "watt", "C",
            "coulomb", "V", "volt", "F", "farad", "ohm", "Ohm", "Ω", "S", "Wb", "T", "tesla", "H", "lm", "lx", "Bq",
            "Gy", "Sv", "eV", "l", "L", "liter", "litre", "M", "cps", "byte", "bit", "barn", "Da", "G", "VA", "ph",
            "photon", "photons", "count", "counts", "cts");

    private static final Set<String> PLAIN = Set.of(
            "kg",
            "min",
            "minute",
            "h",
            "hr",
            "hour",
            "d",
            "day",
            "deg",
            "degree",
            "degrees",
            "°",
            "arcmin",
            "arcsec",
            "degC",
            "°C",
            "celsius",
            "degF",
            "angstrom",
            "Angstrom",
            "angstroms",
            "Å",
            "micron",
            "microns",
            "%",
            "percent",
            "permille",
            "ppm",
            "ppb",
            "pixel",
            "pixels",
            "px",
            "step",
            "steps",
            "channel",
            "channels",
            "frame",
            "frames",
            "image",
            "images",
            "pulse",
            "pulses",
            "turn",
            "turns",
            "rpm",
            "torr",
            "Torr",
            "atm",
            "psi",
            "mmHg",
            "inch",
            "a.u.",
            "arb",
            "arb. units",
            "rlu",
            "r.l.u.",
            "au",
            "adu",
            "ADU",
            "e-",
            "dB",
            "pH",
            "dimensionless",
            "unitless",
            "any");

    private static final Set<String> PREFIXES = Set.of(
            "Y", "Z", "E", "P", "T", "G", "M", "k", "h", "da", "d", "c", "m", "u", "µ", "μ", "n", "p", "f", "a", "z",
            "y", "milli", "micro", "nano", "pico", "femto", "kilo", "mega", "giga", "centi");

    private Units() {}

    /** Returns whether this names units. */
    public static boolean isKnown(String units) {
        if (units.isBlank() || units.length() > MOST) {
            return false;
        }
        String text = units.strip().replace("**", "^");
        if (isName(text)) {
            return true;
        }
        for (String term : OPERATOR.split(text, -1)) {
            Matcher matcher = TERM.matcher(term);
            if (!matcher.matches() || (matcher.group(1) != null && !isName(matcher.group(1)))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isName(String name) {
        if (PLAIN.contains(name) || PREFIXED.contains(name)) {
            return true;
        }
        for (String prefix : PREFIXES) {
            if (name.startsWith(prefix) && PREFIXED.contains(name.substring(prefix.length()))) {
                return true;
            }
        }
        return false;
    }
}
