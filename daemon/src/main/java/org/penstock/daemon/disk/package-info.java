/**
 * What the daemon must know of the disk below its files, and nothing of what they are for: a leaf.
 *
 * <p>{@link org.penstock.daemon.disk.Reservation} takes room for a file before it is needed, so that a full disk is seen before a write and never in
 * one. {@link org.penstock.daemon.disk.FileSystemKind} says what a successful write is worth there. {@link org.penstock.daemon.disk.Disk} makes
 * files and folders survive a power loss. {@link org.penstock.daemon.disk.Ownership} says who may read them.
 */
@NullMarked
package org.penstock.daemon.disk;

import org.jspecify.annotations.NullMarked;
