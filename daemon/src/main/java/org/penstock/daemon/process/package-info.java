/**
 * Processes of the same Java as this one, for work that may not survive what it reads, or that may not hold up the thread that owns HDF5.
 *
 * <pre>
 *   ChildProcess ── lines ──▶ the other process
 *                ◀─ lines ──  SignOfLife, and its answer
 * </pre>
 */
@NullMarked
package org.penstock.daemon.process;

import org.jspecify.annotations.NullMarked;
