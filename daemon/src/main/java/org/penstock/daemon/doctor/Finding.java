package org.penstock.daemon.doctor;

/**
 * What a check has found.
 *
 * <p><b>Threading:</b> immutable.
 *
 * @param check in two or three words
 * @param grade how bad it is
 * @param found what is there
 * @param cost what that costs; empty when it is good
 * @param remedy the command or setting that mends it; empty when it is good
 */
public record Finding(String check, Grade grade, String found, String cost, String remedy) {
    /** How bad it is, from good to bad. */
    public enum Grade {
        /** As it should be. */
        GOOD,
        /** It could not be looked at. */
        UNKNOWN,
        /** It works, more slowly or with less safety than it could. */
        COSTLY,
        /** The daemon does not start so, or frames are not safe. */
        WRONG
    }

    static Finding good(String check, String found) {
        return new Finding(check, Grade.GOOD, found, "", "");
    }

    static Finding unknown(String check, String why) {
        return new Finding(check, Grade.UNKNOWN, why, "", "");
    }

    static Finding costly(String check, String found, String cost, String remedy) {
        return new Finding(check, Grade.COSTLY, found, cost, remedy);
    }

    static Finding wrong(String check, String found, String cost, String remedy) {
        return new Finding(check, Grade.WRONG, found, cost, remedy);
    }
}
