package org.penstock.daemon.config;

import java.io.Serializable;

/** One reason to refuse a configuration: the full key path and what is wrong with it. */
record Problem(String key, String text) implements Serializable {

    static Problem expected(String key, String expected, Object actual) {
        return new Problem(key, "expected=" + expected + ", actual=" + actual);
    }

    @Override
    public String toString() {
        return key + ": " + text;
    }
}
