package org.penstock.daemon.description;

/** What a name of a description stands for: a value, or named nodes. */
public sealed interface Node permits Value, Fields {}
