package org.penstock.daemon.nexus;

/** What {@code writer/status} of an entry says, in the words of BLISS's writer. */
public enum WriterStatus {
    STARTING,
    RUNNING,
    SUCCEEDED,
    FAILED
}
