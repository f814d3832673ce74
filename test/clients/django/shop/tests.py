"""The project's own tests, which Django runs in a database that it makes and drops."""
from django.test import TestCase, TransactionTestCase

from shop.models import Customer


class Emptied(TransactionTestCase):
    """Django truncates every table behind each of these."""

    fixtures = ["customers"]

    def test_one(self):
        Customer.objects.create(name="Dot")
        self.assertEqual(Customer.objects.count(), 2)

    def test_two(self):
        Customer.objects.create(name="Bob")
        self.assertEqual(Customer.objects.count(), 2)


class RolledBack(TestCase):
    def test_delete_all(self):
        Customer.objects.create(name="Cid")
        Customer.objects.all().delete()
        self.assertEqual(Customer.objects.count(), 0)
