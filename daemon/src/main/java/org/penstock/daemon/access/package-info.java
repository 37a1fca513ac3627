/**
 * Who may do what. A leaf: the data port and the HTTP port both ask here.
 */
@NullMarked
package org.penstock.daemon.access;

import org.jspecify.annotations.NullMarked;
