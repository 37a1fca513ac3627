package org.penstock.daemon.config;

/**
 * One key of the configuration as it is in effect.
 *
 * @param key section and name
 * @param value in effect, as it would be written
 * @param source where it comes from: {@code default}, {@code FILE:LINE}, and whether the machine chose
 */
public record ConfigEntry(String key, String value, String source) {}
