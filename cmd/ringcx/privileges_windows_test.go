package main_test

func dropPrivileges() {}
