/**
 * What the daemon is told before it starts: one YAML file, read once into one tree of records.
 *
 * <pre>
 *  penstock.yaml (in the jar) ─┐
 *                              ├─▶ YamlKeys ─▶ ConfigReader ─▶ DaemonConfig ─▶ network, limits, memory,
 *  the operator's file ────────┘   key → text    key → value                   compression, storage, scan, service
 * </pre>
 *
 * <p>The commented {@code penstock.yaml} beside these classes documents every key <em>and</em> holds every default: it is read
 * first and the operator's file is laid over it, key by key. There is no second place for a default.
 *
 * <p>A key has the same name in the file ({@code memory.slab_bytes}), in messages and, in camel case, as a record component
 * ({@code memory().slabBytes()}). Components hold effective values: what the file calls automatic is a number here.
 *
 * <p>Whatever is wrong, an unknown key, an unreadable value, a value out of range, two values that contradict each other, is
 * collected, and the start is refused with all of it in one {@link org.penstock.daemon.config.ConfigurationException}. Text is
 * checked while it is read, ranges are checked by the records themselves, so that a record made by hand keeps the same rules.
 *
 * <p>This package is a leaf: it knows no other of the daemon. The wiring hands each part its own record.
 */
@NullMarked
package org.penstock.daemon.config;

import org.jspecify.annotations.NullMarked;
