package org.penstock.daemon.config;

/** Where frames, requests and tokens may go unencrypted. */
public enum PlainText {
    /** Inside this machine. */
    LOOPBACK,
    /** Over a network that only detectors and their control system are on; whoever else is on it reads along. */
    PRIVATE_NETWORK
}
